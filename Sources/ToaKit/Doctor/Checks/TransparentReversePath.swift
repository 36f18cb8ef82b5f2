// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension Check {
  static let transparentReversePath = Check(
    "NET22", .network, "reverse path of marked packets",
    explanation: """
      With src_valid_mark=1, which WireGuard's wg-quick sets, the kernel asks with a packet's mark by which interface it would answer the
      packet's source. For answers to a transparent proxy that question comes to the proxy's own table, which says that the server is
      this host itself, and the packet is dropped as a forgery, for IPv4 and without a word. A firewall can ask the same: firewalld does
      for IPv6 (IPv6_rpfilter, `fib saddr . mark . iif oif missing drop`), and iptables with `-m rpfilter --validmark`.

      A rule that also looks at the interface is not asked then, as the question has none:
          toa tproxy enable --interface eth1
      or, of rules by hand:
          ip rule add pref 100 iif eth1 fwmark 1 lookup 100
      """
  ) { context in
    let facts: TransparentFacts
    switch await context.transparent(whole: true) {
    case .nothing(let outcome): return outcome
    case .facts(let found): facts = found
    }
    let names = await context.network.interfaces.value.map(\.name)
    let fix = ["toa tproxy enable --interface \(facts.interfaces(names).joined(separator: ","))"]
    let expected = "a rule with the interface on which answers arrive"
    let asking = facts.asking(names, context.system.files)
    if !asking.isEmpty, let rule = facts.way(.ipv4).policy {
      return Outcome(
        .error,
        "the kernel drops the servers' IPv4 answers: src_valid_mark is 1, and the rule for marked packets names no interface",
        expected: expected, evidence: asking.map { "\($0): 1" } + ["ip rule: \(rule.text)"], fix: fix)
    }
    if let (family, rule) = facts.checkingRules.first {
      return Outcome(
        .error,
        "a rule of \(rule.chain) drops the servers' \(family.title) answers: it looks for the way back to them by their mark",
        expected: expected,
        evidence: ["\(rule.chain): \(rule.text)"] + (facts.way(family).policy.map { ["ip rule: \($0.text)"] } ?? []),
        fix: fix)
    }
    return Outcome(.ok, "nobody looks at marks, or the rule looks at the interface")
  }
}

extension TransparentFacts {
  /// The settings by which the kernel asks for the reverse path of IPv4 packets with their mark, where the rule would answer that.
  func asking(_ interfaces: [String], _ files: FileRoot) -> [String] {
    guard families.contains(.ipv4), let rule = way(.ipv4).policy, rule.interface == nil else { return [] }
    return ReversePathFilter(files: files).asking(byMarkOn: interfaces)
      .map { "\(ReversePathFilter.folder)/\($0)/src_valid_mark" }
  }

  /// Rules of the packet filter that ask the same of packets which are marked by then.
  var checkingRules: [(family: IPFamily, rule: PacketRules.Rule)] {
    families.flatMap { family -> [(family: IPFamily, rule: PacketRules.Rule)] in
      let way = way(family)
      guard let rules, let diverter = way.diverter, let policy = way.policy, policy.interface == nil else { return [] }
      return rules.having("fib saddr . mark", "--validmark", hook: "prerouting").filter { rule in
        rule.families.contains(family) && rule.priority >= diverter.priority
      }.map { (family, $0) }
    }
  }

  /// The interfaces by which servers are reached without a router; without such, all of these.
  fileprivate func interfaces(_ all: [String]) -> [String] {
    let known = addresses.filter { own in
      !own.address.isLoopback && servers.contains { $0.address.map(own.network.contains) ?? false }
    }.map(\.interface)
    let names = known.isEmpty ? all.filter { !$0.hasPrefix("wg") } : Set(known).sorted()
    return names.isEmpty ? ["NAME"] : names
  }
}
