// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Check {
  static let transparentMarks = Check(
    "NET21", .network, "marks beside those of a transparent proxy",
    explanation: """
      A packet has one mark of 32 bits, and everybody on the host writes into it: kube-proxy 0x4000 and 0x8000, Calico 0xffff0000, Cilium
      0x0f00, Tailscale 0xff0000, firewalls and policy routing what they like. A rule that sets the whole mark (`--set-mark 1`, `meta
      mark set 1`, a mark restored from the connection) takes away what brings the servers' answers to the proxy, if it comes later. One
      that sets bits only does not:
          iptables ... -j MARK --set-xmark 0x2/0x2
          nft ... meta mark set meta mark | 0x2

      Rules of `ip rule` are asked in the order of their numbers. One with a smaller number that takes the same packets sends them
      elsewhere, and one that uses the same table has other packets delivered to this host:
          ip rule
          ip rule del pref NUMBER
      """
  ) { context in
    let facts: TransparentFacts
    switch await context.transparent(whole: true) {
    case .nothing(let outcome): return outcome
    case .facts(let found): facts = found
    }
    let ways = facts.families.map { facts.way($0) }
    if let (rule, own) = ways.lazy.flatMap({ way in facts.earlierRules(way).map { ($0, way.policy?.text ?? "") } })
      .first
    {
      let move =
        "ip rule del pref \(rule.priority), and add it again with a larger number than that of the proxy's rule"
      // toa's rule gets a number before it.
      let isPassed = facts.enabled == nil && rule.priority > TransparentSettings().priority
      return Outcome(
        .error, "an earlier rule sends the servers' answers elsewhere: \(rule.text)",
        expected: "no rule before the one for the proxy's packets that takes them, too",
        evidence: ["ip rule: \(rule.text)", "ip rule: \(own)"],
        fix: isPassed ? [facts.typedEnable + ", which puts its rule before", "or: " + move] : [move])
    }
    let overwriting = ways.flatMap { facts.overwritingRules($0) }
    if let rule = overwriting.first(where: facts.meetsAll) ?? overwriting.first {
      return Outcome(
        facts.meetsAll(rule) ? .error : .warning,
        "a rule of \(rule.chain) overwrites the mark of the servers' answers: \(rule.shown)",
        expected: "rules that set bits of their own and keep the others",
        evidence: overwriting.prefix(4).map { "\($0.chain): \($0.shown)" },
        fix: [rule.typedList + " shows it; let it set bits: " + rule.gentle])
    }
    if let rule = ways.lazy.flatMap({ facts.guests($0) }).first {
      return Outcome(
        .warning, "another rule uses the proxy's route table, and has its packets delivered to this host: \(rule.text)",
        expected: "a table for the proxy alone", evidence: ["ip rule: \(rule.text)"],
        fix: ["ip rule del pref \(rule.priority)", "or take another table: toa tproxy enable --table NUMBER"])
    }
    return Outcome(.ok, "nobody takes it away")
  }
}

extension TransparentFacts {
  /// Rules of `ip rule` that take answers before the proxy's rule is asked.
  func earlierRules(_ way: AnswerWay) -> [PolicyRule] {
    guard let own = way.policy else { return [] }
    return (policy[way.family] ?? []).filter { rule in
      guard rule.priority > 0, rule.priority < own.priority, rule.table != own.table, !rule.isNarrow,
        rule.takes(way.mark),
        rule.interface == nil || rule.interface == own.interface || own.interface == nil && rule.interface != "lo"
      else { return false }
      // A rule for some sources takes answers of servers that are among them.
      if let source = rule.source, rule.mark == nil {
        guard let prefix = try? IPPrefix(parsing: source) else { return false }
        return servers.contains { $0.address.map(prefix.contains) ?? false }
      }
      return rule.mark != nil || rule.interface == nil
    }
  }

  /// Rules that send packets without the proxy's mark to its table.
  fileprivate func guests(_ way: AnswerWay) -> [PolicyRule] {
    guard let own = way.policy, let mark = way.mark else { return [] }
    return (policy[way.family] ?? []).filter { $0.table == own.table && ($0.mark == nil || !$0.takes(mark)) }
  }

  /// Rules of the packet filter behind the one that marks, which let nothing of its bits stay.
  func overwritingRules(_ way: AnswerWay) -> [PacketRules.Rule] {
    guard let diverter = way.diverter, let mark = way.mark, let rules else { return [] }
    let chain = diverter.target.map {
      (diverter.chain.split(separator: " ").dropLast() + [$0[...]]).joined(separator: " ")
    }
    // What it accepts comes to no further rule of its base chain.
    let accepts =
      diverter.accepts || rules.rules.contains { $0.chain == chain && $0.accepts && MarkChange($0.text) == nil }
    return rules.rules.filter { rule in
      guard rule.hook == "prerouting", rule.families.contains(way.family), rule != diverter, rule.chain != chain,
        let change = MarkChange(rule.text), change.clears(mark), rule.mayMeetAnswers(way),
        jump(to: rule)?.mayMeetAnswers(way) ?? true
      else { return false }
      // A second way of somebody else's, whole in itself, does no harm.
      if let set = change.set,
        (policy[way.family] ?? []).contains(where: { other in
          other.mark != nil && other.takes(set) && localTables[way.family]?.contains(other.table ?? "") == true
        })
      {
        return false
      }
      guard rule.priority == diverter.priority else { return rule.priority > diverter.priority }
      return rule.base != diverter.base || rule.place > diverter.place && !accepts
    }
  }

  /// The rule of a base chain by which packets come to the chain of another one; nil for a rule of a base chain.
  private func jump(to rule: PacketRules.Rule) -> PacketRules.Rule? {
    guard rule.chain != rule.base else { return nil }
    return rules?.rules.first { $0.chain == rule.base && $0.place == rule.place }
  }

  /// Whether every answer comes to a rule, and not only those with some interface or address.
  func meetsAll(_ rule: PacketRules.Rule) -> Bool {
    guard rule.isGeneral, let jump = jump(to: rule) else { return rule.isGeneral }
    // Sockets of the proxy's are what a match on sockets finds.
    return jump.isGeneral || jump.text.contains("socket")
  }
}

extension PacketRules.Rule {
  private var words: [String] { text.split(separator: " ").map(String.init) }

  /// Whether it ends the base chain for a packet.
  fileprivate var accepts: Bool { words.contains("accept") || text.hasSuffix("-j ACCEPT") }

  /// Whether an answer of a server could match: TCP from an interface, and neither new nor to a port that is said.
  fileprivate func mayMeetAnswers(_ way: AnswerWay) -> Bool {
    let words = Set(words)
    guard
      words.isDisjoint(with: ["udp", "icmp", "icmpv6", "ipv6-icmp", "dport", "--dport", "--dports", "sctp", "esp"]),
      !text.contains("ct state new "), !text.contains("--ctstate NEW "), !text.contains("iifname \"lo\""),
      !text.contains("-i lo ")
    else { return false }
    guard let interface = way.policy?.interface else { return true }
    guard text.contains("-i ") || text.contains("iifname ") else { return true }
    return text.contains(interface)
  }

  /// Whether it looks at nothing, or only at the protocol.
  fileprivate var isGeneral: Bool {
    var rest = words[...]
    if rest.first == "-A" {
      rest = rest.dropFirst(2).prefix { $0 != "-j" }
      return rest.allSatisfy { ["-p", "-m", "tcp"].contains($0) }
    }
    rest = rest.prefix { !["set", "jump", "goto"].contains($0) }
    let harmless: Set<String> = ["meta", "l4proto", "tcp", "counter", "packets", "bytes", "mark", "ip", "protocol"]
    return rest.allSatisfy { harmless.contains($0) || Int($0) != nil }
  }

  /// The rule without its counters.
  fileprivate var shown: String {
    guard let place = words.firstIndex(of: "counter"), place + 4 < words.count else { return text }
    return (words[..<place] + words[(place + 5)...]).joined(separator: " ")
  }

  /// Whether iptables made it, which keeps its rules in tables of these names where nftables does its work.
  private var isOfIptables: Bool {
    text.hasPrefix("-A ") || chain.hasPrefix("ip mangle ") || chain.hasPrefix("ip6 mangle ")
  }

  /// The command that shows its chain.
  fileprivate var typedList: String {
    guard isOfIptables, let name = chain.split(separator: " ").last else { return "nft -a list chain \(chain)" }
    return "\(chain.hasPrefix("ip6 ") ? "ip6tables" : "iptables") -t mangle -S \(name)"
  }

  /// The same change, of its own bits alone.
  fileprivate var gentle: String {
    let bits = MarkChange(text)?.set.map { "0x" + String($0, radix: 16) } ?? "0x…"
    return isOfIptables ? "--set-xmark \(bits)/\(bits)" : "meta mark set meta mark | \(bits)"
  }
}
