// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The bits of packets' marks that others use on this host, each with the rule that shows it.
struct MarksInUse: Sendable {
  /// Bits and who uses them.
  struct Use: Sendable, Equatable {
    var bits: UInt32
    /// The rule, or the program whose chains were found.
    var place: String
  }

  private(set) var uses: [Use] = []

  /// Chains of programs that use bits which need not be in a rule at this moment, as their documentation says.
  private static let owners: [(chain: String, name: String, bits: UInt32)] = [
    ("KUBE-", "kube-proxy", 0x0000_c000), ("cali-", "Calico", 0xffff_0000), ("CILIUM_", "Cilium", 0xffff_0f00),
    ("ts-", "Tailscale", 0x00ff_0000),
  ]

  /// Reads them from `ip rule` and from the packet filter's own listings, of nft or of iptables-save.
  init(rules: [PolicyRule], listings: [String]) {
    for rule in rules {
      guard let mark = rule.mark else { continue }
      // "fwmark 0/0x100" wants a bit not to be set, which is a use, too.
      add(mark.mask == .max ? mark.value : mark.mask, "ip rule \(rule.text)")
    }
    for line in listings.flatMap({ $0.split(separator: "\n") }) {
      for owner in Self.owners where line.contains(owner.chain) { add(owner.bits, owner.name) }
      guard let marks = line.from("mark") else { continue }
      var bits: UInt32 = 0
      for word in marks.split(whereSeparator: { " \t/,{}=|&^".contains($0) }) where word.hasPrefix("0x") {
        // "and 0xffffbfff" leaves all bits but one alone.
        guard let number = UInt32(word.dropFirst(2), radix: 16) else { continue }
        bits |= number.nonzeroBitCount > 16 ? ~number : number
      }
      add(bits, line.drop { $0 == " " || $0 == "\t" }.description)
    }
  }

  private mutating func add(_ bits: UInt32, _ place: String) {
    let use = Use(bits: bits, place: place)
    if bits != 0, !uses.contains(use) { uses.append(use) }
  }

  /// Who uses some of these bits; nil when nobody does.
  func user(of bits: UInt32) -> String? { uses.first { $0.bits & bits != 0 }?.place }

  /// A bit that nobody uses; nil when each is in use. High ones first: people write small numbers.
  var free: UInt32? {
    let used = uses.reduce(0) { $0 | $1.bits }
    let order = Array(24..<32) + Array(4..<24) + Array(0..<4)
    return order.map { UInt32(1) << $0 }.first { used & $0 == 0 }
  }
}

extension Substring {
  /// From the first place on where a word stands; nil where it does not.
  fileprivate func from(_ word: String) -> Substring? {
    indices.first { self[$0...].hasPrefix(word) }.map { self[$0...] }
  }
}
