// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension Check {
  static let transparentProxy = Check(
    "NET14", .network, "transparent proxy",
    explanation: """
      haproxy with `source ... usesrc clientip` and nginx with `proxy_bind $remote_addr transparent` connect to their servers with the
      client's address. The servers' answers then go to an address that this host does not have, and three things bring them back to
      the proxy, for IPv4 and IPv6 each: a rule of the packet filter that marks packets of such sockets, one of `ip rule` that looks
      marked packets up in a table of their own, and in that table a route that delivers everything locally.

      toa makes and keeps them, and leaves all other rules as they are; those that somebody wrote by hand are good as well:
          toa tproxy enable --port 8080
          toa tproxy status
          toa tproxy selftest

      Where toa's own were lost, as somebody flushed the rules:
          systemctl restart toa-tproxy
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    let facts = await context.network.transparent.value
    guard facts.isConcerned || facts.unreadable != nil else { return Outcome(.ok, "none is configured") }
    if let error = facts.unreadable {
      return Outcome(.warning, error.what, evidence: facts.evidence + [error.why], fix: error.next)
    }
    let boot = TransparentBoot(context.system)
    if let settings = facts.enabled, let state = facts.state, !state.isWhole {
      return lost(settings, state, facts, boot)
    }
    if facts.enabled != nil, let obstacle = boot.obstacle {
      return Outcome(
        .warning, "toa tproxy is enabled, and the next boot does not make its parts again: \(obstacle)",
        expected: "\(TransparentPackage.unitName), wanted and not masked", evidence: facts.evidence, fix: boot.remedy)
    }
    guard !facts.proxies.isEmpty else {
      return Outcome(
        .info, "toa tproxy is enabled, and no haproxy or nginx is configured to connect with foreign addresses")
    }
    guard facts.isAsked else { return Outcome(.skipped, "needs ip(8)", evidence: facts.evidence) }
    if let settings = facts.enabled, let missed = uncovered(settings, facts) { return missed }
    let missing = facts.missing
    guard !missing.isEmpty else {
      let whose = facts.enabled == nil ? "" : " by toa tproxy"
      let doubt = facts.rules == nil ? "; the packet filter's rules cannot be read" : ""
      return Outcome(.ok, "configured, and answers are brought back\(whose)\(doubt)", evidence: facts.evidence)
    }
    return Outcome(
      .error,
      "\(facts.names) connects with foreign addresses, and of the parts that bring answers back \(missing.absent)",
      expected: "a mark, a rule and a route for the proxy's sockets",
      evidence: facts.evidence + missing.map { "missing: \($0.title)" }
        + facts.families.compactMap { facts.way($0).policy }.map { "there: ip rule \($0.text)" },
      fix: [facts.typedEnable])
  }

  /// Parts that toa made, or was to make, and that are not there.
  private static func lost(
    _ settings: TransparentSettings, _ state: TransparentState, _ facts: TransparentFacts, _ boot: TransparentBoot
  ) -> Outcome {
    let again =
      if boot.restores {
        ["systemctl restart \(TransparentPackage.unitName)", "toa tproxy enable"]
      } else {
        boot.obstacle == nil ? ["toa tproxy enable --runtime"] : boot.remedy + ["toa tproxy enable"]
      }
    // Answers may come back by rules of somebody else's.
    let harms = facts.isAsked ? !facts.missing.isEmpty : true
    return Outcome(
      harms ? .error : .warning, "toa tproxy is enabled, and of its parts \(state.missing.absent)",
      expected: "a mark, a rule and a route for the proxy's sockets",
      evidence: facts.evidence + state.missing.map { "missing: \($0.title)" }
        + state.present.map { "there: \($0.title)" } + ["mark \(settings.markText), table \(settings.table)"],
      fix: again, repairs: [.raiseTransparent(TransparentRaise(settings: settings))])
  }

  /// Servers whose answers the settings leave out; nil when there are none.
  private static func uncovered(_ settings: TransparentSettings, _ facts: TransparentFacts) -> Outcome? {
    let ports = facts.ports.filter { !settings.ports.isEmpty && !settings.ports.contains($0) }
    guard !ports.isEmpty, facts.missing.isEmpty else { return nil }
    let left = facts.servers.filter { $0.port.map(ports.contains) ?? false }
    return Outcome(
      .error,
      "toa tproxy diverts answers from port \(settings.ports.map(String.init).spoken), and not those of "
        + left.prefix(4).map(\.place).spoken,
      expected: "the ports of all servers", evidence: left.prefix(6).map(\.line.description),
      fix: ["toa tproxy enable --port \(Set(settings.ports + ports).sorted().map(String.init).joined(separator: ","))"])
  }
}

extension [TransparentPart] {
  /// "one is missing: IPv4 route".
  fileprivate var absent: String {
    (count == 1 ? "one is missing: " : "\(count) are missing: ") + map(\.name).spoken
  }
}

extension DoctorContext {
  /// What a check of transparent proxies has to look at.
  enum Transparent {
    /// A proxy is configured so.
    case facts(TransparentFacts)
    /// None is, or the check cannot look: this is the outcome.
    case nothing(Outcome)
  }

  /// What is known of transparent proxies; with `whole` only where all is there that NET14 looks for.
  func transparent(whole: Bool = false) async -> Transparent {
    if let skip = unmet(.running, .root) { return .nothing(skip) }
    let facts = await network.transparent.value
    guard !facts.proxies.isEmpty else { return .nothing(Outcome(.ok, "none is configured")) }
    guard !whole || facts.isAsked else {
      let why = facts.unreadable == nil ? "needs ip(8)" : "rules and routes cannot be read (NET14)"
      return .nothing(Outcome(.skipped, why))
    }
    guard !whole || facts.isWhole else {
      return .nothing(Outcome(.skipped, "needs all that brings answers back (NET14)"))
    }
    return .facts(facts)
  }
}
