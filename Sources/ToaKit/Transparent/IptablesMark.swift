// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The rules that mark packets, in a chain of toa's own in the table mangle, through iptables(8) and ip6tables(8).
struct IptablesMark: Sendable {
  /// The chain, which nobody else uses.
  static let chain = "TOA_TPROXY"
  /// What iptables takes as ports of one rule.
  private static let portsOfRule = 15
  let tools: NetworkTools

  /// Whether the chain has exactly the rules of these settings and packets come to it.
  func isThere(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) -> Bool {
    guard let rules = try await listed(family), try await isJumpedTo(family) else { return false }
    return rules == Self.rules(settings).map { $0.joined(separator: " ") }
  }

  /// The rules of the chain, as `iptables -S` prints them without "-A" and the chain's name; nil when there is no chain.
  private func listed(_ family: IPFamily) async throws(ToaError) -> [String]? {
    let result = try await tools.answer(family.iptables, Self.arguments(["-S", Self.chain]))
    guard result.status == 0 else { return nil }
    let prefix = "-A \(Self.chain) "
    return result.output.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map {
      String($0.dropFirst(prefix.count))
    }
  }

  private func isJumpedTo(_ family: IPFamily) async throws(ToaError) -> Bool {
    try await tools.output(family.iptables, Self.arguments(["-S", "PREROUTING"]))
      .split(separator: "\n").contains { $0 == "-A PREROUTING -j \(Self.chain)" }
  }

  /// Whether iptables works for the protocol.
  func works(_ family: IPFamily) async -> Bool {
    ((try? await tools.answer(family.iptables, Self.arguments(["-S", "PREROUTING"])))?.status ?? 1) == 0
  }

  /// Whether anything of toa's is there.
  func isInUse(_ family: IPFamily) async throws(ToaError) -> Bool { try await listed(family) != nil }

  /// Fills the chain before packets come to it.
  func make(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) {
    guard try await !isThere(family, settings) else { return }
    if try await listed(family) == nil {
      try await tools.change(family.iptables, Self.arguments(["-N", Self.chain]))
    } else {
      try await tools.change(family.iptables, Self.arguments(["-F", Self.chain]))
    }
    for rule in Self.rules(settings) {
      try await tools.change(family.iptables, Self.arguments(["-A", Self.chain] + rule))
    }
    if try await !isJumpedTo(family) { try await tools.change(family.iptables, Self.arguments(Self.jump("-A"))) }
  }

  /// Lets no packet come to the chain before it goes.
  func remove(_ family: IPFamily) async throws(ToaError) {
    guard try await listed(family) != nil else { return }
    while try await isJumpedTo(family) { try await tools.change(family.iptables, Self.arguments(Self.jump("-D"))) }
    try await tools.change(family.iptables, Self.arguments(["-F", Self.chain]))
    try await tools.change(family.iptables, Self.arguments(["-X", Self.chain]))
  }

  /// In the order in which `iptables -S` prints them; one for each interface and each 15 ports.
  private static func rules(_ settings: TransparentSettings) -> [[String]] {
    let ports = stride(from: 0, to: settings.ports.count, by: portsOfRule).map { start in
      settings.ports[start..<min(start + portsOfRule, settings.ports.count)].map(String.init).joined(separator: ",")
    }
    var rules: [[String]] = []
    for interface in settings.ruleInterfaces {
      for part in ports.isEmpty ? [nil] : ports.map(Optional.init) {
        var rule = interface.map { ["-i", $0] } ?? []
        rule += ["-p", "tcp"]
        if let part { rule += ["-m", "multiport", "--sports", part] }
        rule += ["-m", "socket", "--transparent", "-j", "MARK", "--set-xmark", settings.maskedMark]
        rules.append(rule)
      }
    }
    return rules
  }

  private static func jump(_ verb: String) -> [String] { [verb, "PREROUTING", "-j", chain] }

  /// Waits for the lock of iptables, which other programs take for a moment.
  private static func arguments(_ arguments: [String]) -> [String] { ["-w", "-t", "mangle"] + arguments }

  static func typed(_ family: IPFamily, _ settings: TransparentSettings) -> TransparentCommands {
    func typed(_ arguments: [String]) -> String { Command(family.iptables, Self.arguments(arguments)).typed }
    return TransparentCommands(
      make: ([["-N", chain]] + rules(settings).map { ["-A", chain] + $0 } + [jump("-A")]).map(typed),
      remove: [jump("-D"), ["-F", chain], ["-X", chain]].map(typed))
  }
}
