// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import SelfTest

/// What transparent proxying comes to on a host.
public enum TransparentCause: String, Sendable, Codable {
  /// The server sees the client, and its answers come back.
  case works
  /// Some of what is enabled is not in the kernel.
  case missingParts = "missing-parts"
  /// The kernel or its tools do not take the rules.
  case refusedRules = "refused-rules"
  /// The kernel does not let a socket have a client's address.
  case notTransparent = "not-transparent"
  /// src_valid_mark: marked packets fail the check of the reverse path.
  case markedReversePath = "marked-reverse-path"
  /// rp_filter: the check of the reverse path drops answers.
  case reversePath = "reverse-path"
  /// Rules of others undo the mark, or drop what is marked.
  case foreignRules = "foreign-rules"
  /// Answers come back without any rule: the test proves nothing here.
  case noControl = "no-control"
  /// It is not known why they do not.
  case unknown
}

/// Something that was found out, and what to do about it.
struct TransparentFinding: Equatable {
  let cause: TransparentCause
  let sentence: String
  var next: [String] = []
}

/// Why answers do not come back: found by taking one thing after the other away on stages of their own, until they do.
struct TransparentDiagnosis: Sendable {
  /// The trial that failed.
  let trial: TransparentTrial
  /// What of the settings is not in the host's kernel.
  let missing: [TransparentPart]

  /// The causes for one protocol, the one to begin with first; never none.
  func findings(_ family: IPFamily, _ outcome: TransparentTrial.Outcome) async throws(ToaError) -> [TransparentFinding]
  {
    if let refusal = outcome.refusal {
      return [
        TransparentFinding(
          cause: .refusedRules, sentence: "the rules cannot be made in a network namespace: \(refusal)",
          next: refusal.next)
      ]
    }
    let connection = outcome.connections[family]
    if case .notTransparent(let errno)? = connection?.failure {
      return [
        TransparentFinding(
          cause: .notTransparent,
          sentence: "the kernel does not let a socket have a client's \(family.title) address: \(errorText(errno))",
          next: ["grep -E 'TPROXY|SOCKET' /boot/config-$(uname -r)"])
      ]
    }
    var found: [TransparentFinding] = []
    var whole = trial
    let lost = missing.filter { $0.family == family }
    if !lost.isEmpty {
      found.append(Self.missing(lost))
      whole.parts = trial.settings.parts
      // What is missing may not be all that is wrong.
      if try await works(whole, family) { return found }
    }
    return found + [try await obstacle(whole, family, outcome)]
  }

  static func missing(_ parts: [TransparentPart]) -> TransparentFinding {
    TransparentFinding(
      cause: .missingParts,
      sentence: "\(parts.map(\.title).spoken) \(parts.count == 1 ? "is" : "are") missing on this host",
      next: ["toa tproxy enable", "toa tproxy status"])
  }

  /// What keeps answers away although all parts are there.
  private func obstacle(
    _ whole: TransparentTrial, _ family: IPFamily, _ outcome: TransparentTrial.Outcome
  ) async throws(ToaError) -> TransparentFinding {
    let loaded = whole.foreign.filter { one in !outcome.unloaded.contains { $0.rules == one } }
    var alone = whole
    alone.foreign = []
    if !loaded.isEmpty, try await works(alone, family) {
      return try await self.foreign(loaded, whole, family)
    }
    if family == .ipv4, alone.checks != ReversePathChecks() {
      var unmarked = alone
      unmarked.checks.asksByMark = false
      if alone.checks.asksByMark, try await works(unmarked, family) {
        return TransparentFinding(
          cause: .markedReversePath,
          sentence:
            "IPv4 answers are dropped, as the check of the reverse path asks by the packet's mark on this host (src_valid_mark is 1, as "
            + "WireGuard's wg-quick sets it) and finds this host itself",
          next: try await narrower(alone, family))
      }
      var unchecked = alone
      unchecked.checks = ReversePathChecks()
      if try await works(unchecked, family) {
        return TransparentFinding(
          cause: .reversePath,
          sentence: "IPv4 answers are dropped by the check of the reverse path (rp_filter is \(alone.checks.filter))",
          next: ["sysctl -a -r '\\.rp_filter$'", "toa tproxy enable"])
      }
    }
    return TransparentFinding(
      cause: .unknown,
      sentence: "\(family.title) answers do not come back although all rules and routes are there: "
        + Self.reason(outcome.connections[family]),
      next: ["toa tproxy status", "toa doctor", "nft list ruleset"])
  }

  /// Which of the tables it is.
  private func foreign(
    _ loaded: [ForeignRules], _ whole: TransparentTrial, _ family: IPFamily
  ) async throws(ToaError) -> TransparentFinding {
    var guilty: [ForeignRules] = []
    for one in loaded {
      var single = whole
      single.foreign = [one]
      if try await !works(single, family) { guilty.append(one) }
    }
    let named = guilty.isEmpty ? loaded : guilty
    let isOne = named.count == 1
    let deed =
      named.allSatisfy(\.asksByMark)
      ? "\(isOne ? "asks" : "ask") by the packet's mark for the way back to its source, \(isOne ? "finds" : "find") this host itself, and \(isOne ? "drops" : "drop") it"
      : "\(isOne ? "drops" : "drop") marked packets, or \(isOne ? "changes" : "change") their mark"
    return TransparentFinding(
      cause: .foreignRules,
      sentence:
        "\(family.title) answers do not come back because of other rules of this host: \(named.map(\.name).spoken) \(deed)",
      next: try await narrower(whole, family) + named.map(\.listing.typed))
  }

  /// The command that helps where a rule that looks at the interface, too, does.
  private func narrower(_ trial: TransparentTrial, _ family: IPFamily) async throws(ToaError) -> [String] {
    guard trial.settings.interfaces.isEmpty else { return [] }
    var narrow = trial
    narrow.settings.interfaces = [trial.interface ?? TransparentTrial.anyInterface]
    narrow.parts = narrow.settings.parts
    return try await works(narrow, family)
      ? ["toa tproxy enable --interface IF, on which the servers' answers arrive"] : []
  }

  private func works(_ trial: TransparentTrial, _ family: IPFamily) async throws(ToaError) -> Bool {
    try await trial.run([family]).connections[family]?.passed == true
  }

  /// What was seen, as a clause.
  static func reason(_ connection: TransparentConnection?) -> String {
    guard let connection else { return "no connection was made" }
    if let failure = connection.failure {
      let drops = connection.reversePathDrops
      return "\(failure)" + (drops > 0 ? ", and the check of the reverse path dropped \(drops) packets" : "")
    }
    return "the server saw another address"
  }
}

extension TransparentPart {
  /// The protocol that it belongs to; nil for one that IPv4 alone has, and that another way through the network needs.
  var family: IPFamily? {
    switch self {
    case .mark(let family), .rule(let family), .route(let family): family
    case .reversePath: nil
    }
  }
}
