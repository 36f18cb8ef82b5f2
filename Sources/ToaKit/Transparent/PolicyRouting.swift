// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The rules and the route that deliver marked packets to this host, through ip(8).
struct PolicyRouting: Sendable {
  let tools: NetworkTools
  let names: RouteTableNames

  /// Which of the rules of these settings there are, by interface; nil stands for every interface.
  private func rules(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) -> [PolicyRule] {
    try await PolicyRule.all(family, tools).filter { isOurs($0, settings) }
  }

  /// Whether a rule is the one that these settings make.
  func isOurs(_ rule: PolicyRule, _ settings: TransparentSettings) -> Bool {
    guard let mark = rule.mark, let table = rule.table.flatMap(names.number) else { return false }
    return rule.priority == settings.priority && table == settings.table && mark.value == settings.mark
      && mark.mask == settings.mark
  }

  func hasRules(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) -> Bool {
    Set(try await rules(family, settings).map(\.interface)) == Set(settings.ruleInterfaces)
  }

  func hasRoute(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) -> Bool {
    let shown = Self.showRoutes(family, settings)
    let result = try await tools.answer("ip", shown)
    // A table that never had a route does not exist.
    guard result.status == 0 || result.errorOutput.contains("does not exist") else {
      throw NetworkTools.error(NetworkTools.command("ip", shown).typed, result)
    }
    // "local default dev lo scope host", "local default dev lo metric 1024 pref medium"
    return result.output.split(separator: "\n").contains { line in
      line.split(separator: " ").prefix(4).elementsEqual(["local", "default", "dev", "lo"])
    }
  }

  func addRoute(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) {
    guard try await !hasRoute(family, settings) else { return }
    try await tools.change("ip", Self.route("add", family, settings))
  }

  func removeRoute(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) {
    guard try await hasRoute(family, settings) else { return }
    try await tools.change("ip", Self.route("del", family, settings))
  }

  /// Makes the rules that are missing, then takes away those of the same numbers that are not wanted.
  func addRules(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) {
    let there = try await rules(family, settings).map(\.interface)
    for interface in settings.ruleInterfaces where !there.contains(interface) {
      let words = Self.rule("add", family, settings, interface)
      let result = try await tools.answer("ip", words)
      // ip(8) before 4.17 does not know of protocols, and systemd-networkd of that time leaves rules alone.
      if result.status != 0, result.errorOutput.contains("\"protocol\"") {
        try await tools.change("ip", words.dropLast(Self.isKept.count))
      } else if result.status != 0 {
        throw NetworkTools.error(NetworkTools.command("ip", words).typed, result)
      }
    }
    for interface in there where !settings.ruleInterfaces.contains(interface) {
      try await tools.change("ip", Self.rule("del", family, settings, interface))
    }
  }

  func removeRules(_ family: IPFamily, _ settings: TransparentSettings) async throws(ToaError) {
    for rule in try await rules(family, settings) {
      try await tools.change("ip", Self.rule("del", family, settings, rule.interface))
    }
  }

  /// systemd-networkd takes every rule away that is not its own, whenever it configures a device, but for those that say they are the
  /// kernel's: networkd.conf(5), ManageForeignRoutingPolicyRules=.
  private static let isKept = ["protocol", "kernel"]

  static func rule(
    _ verb: String, _ family: IPFamily, _ settings: TransparentSettings, _ interface: String?
  ) -> [String] {
    family.ipOptions + ["rule", verb, "pref", "\(settings.priority)"] + (interface.map { ["iif", $0] } ?? [])
      + ["fwmark", settings.maskedMark, "lookup", "\(settings.table)"] + (verb == "add" ? isKept : [])
  }

  static func route(_ verb: String, _ family: IPFamily, _ settings: TransparentSettings) -> [String] {
    family.ipOptions + ["route", verb, "local", "default", "dev", "lo", "table", "\(settings.table)"]
  }

  private static func showRoutes(_ family: IPFamily, _ settings: TransparentSettings) -> [String] {
    family.ipOptions + ["route", "show", "table", "\(settings.table)"]
  }
}

extension TransparentSettings {
  /// The interfaces of the rules: without a choice one rule for all of them.
  var ruleInterfaces: [String?] { interfaces.isEmpty ? [nil] : interfaces }
}
