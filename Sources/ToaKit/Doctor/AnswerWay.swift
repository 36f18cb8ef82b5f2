// SPDX-License-Identifier: Apache-2.0

/// A way by which answers of one protocol come to the proxy, or the parts of one: who made it does not matter.
struct AnswerWay: Sendable {
  let family: IPFamily
  /// The rule of the packet filter that finds the proxy's sockets; nil when there is none.
  let diverter: PacketRules.Rule?
  /// The bits that it sets; nil when they are not known.
  let mark: UInt32?
  /// The rule that looks packets with them up in a table; nil when there is none.
  let policy: PolicyRule?
  /// What is not there.
  let missing: [TransparentPart]
}

extension TransparentFacts {
  /// The rules that find sockets of this host, each with the change that it, or the chain to which it jumps, makes of the mark.
  private func diverters(_ family: IPFamily) -> [(rule: PacketRules.Rule, change: MarkChange?)] {
    guard let rules else { return [] }
    let coming = rules.having("socket", "tproxy", hook: "prerouting").filter { $0.families.contains(family) }
    return coming.map { rule in
      let chain = rule.target.map { (rule.chain.split(separator: " ").dropLast() + [$0[...]]).joined(separator: " ") }
      let change =
        MarkChange(rule.text)
        ?? chain.flatMap { name in rules.rules.lazy.filter { $0.chain == name }.compactMap { MarkChange($0.text) }.first
        }
      return (rule, change)
    }
  }

  /// The way of a protocol that has most of its parts.
  func way(_ family: IPFamily) -> AnswerWay {
    let rules = policy[family] ?? []
    let tables = localTables[family] ?? []
    let marking = rules.filter { $0.mark != nil && !$0.isInverted && $0.table != nil }
    var best: AnswerWay?
    func consider(_ diverter: (rule: PacketRules.Rule, change: MarkChange?)?, _ policy: PolicyRule?) {
      var missing: [TransparentPart] = []
      // Where the packet filter cannot be read nobody knows what it has.
      if diverter == nil, self.rules != nil { missing.append(.mark(family)) }
      if policy == nil { missing.append(.rule(family)) }
      let hasRoute = policy.map { tables.contains($0.table ?? "") } ?? !tables.subtracting(["local"]).isEmpty
      if !hasRoute { missing.append(.route(family)) }
      if best.map({ missing.count < $0.missing.count }) ?? true {
        best = AnswerWay(
          family: family, diverter: diverter?.rule, mark: diverter?.change?.set, policy: policy, missing: missing)
      }
    }
    let diverters = diverters(family)
    for diverter in diverters {
      for policy in marking where diverter.change.map({ policy.takes($0.set) }) ?? true { consider(diverter, policy) }
    }
    for diverter in diverters { consider(diverter, nil) }
    for policy in marking { consider(nil, policy) }
    consider(nil, nil)
    return best ?? AnswerWay(family: family, diverter: nil, mark: nil, policy: nil, missing: [])
  }

  /// What is missing of everything that servers' answers need, whoever made the rest.
  var missing: [TransparentPart] { families.flatMap { way($0).missing } }

  /// Whether answers come to the proxy as far as this host can tell: what depends on it can be looked at.
  var isWhole: Bool { isAsked && (state?.isWhole ?? true) && missing.isEmpty }
}

extension PolicyRule {
  private var words: [String] { text.split(separator: " ").map(String.init) }

  /// "not from all fwmark 0x1": it takes what does not match.
  var isInverted: Bool { words.contains("not") }

  /// "from 10.0.0.0/8"; nil for all.
  var source: String? {
    let source = words.word(after: "from")
    return source == "all" ? nil : source
  }

  /// Whether something beside source, mark and interface decides, or nothing of the default routes is used.
  var isNarrow: Bool {
    let words = Set(words)
    return !words.isDisjoint(with: [
      "to", "tos", "oif", "ipproto", "sport", "dport", "uidrange", "l3mdev", "[l3mdev-table]", "suppress_prefixlength",
      "suppress_ifgroup", "nop", "goto",
    ])
  }

  /// Whether packets with these bits in their mark match, as far as the mark goes; of unknown bits all may.
  func takes(_ bits: UInt32?) -> Bool {
    guard let mark else { return true }
    guard let bits else { return true }
    return ((bits & mark.mask) == mark.value) != isInverted
  }
}
