// SPDX-License-Identifier: Apache-2.0

/// What a rule of the packet filter makes of a packet's mark: some bits stay, others get a value.
struct MarkChange: Sendable, Equatable {
  /// The bits that stay as they were.
  private(set) var kept: UInt32
  /// The bits that are set; nil when they come from elsewhere, as from the connection's mark.
  private(set) var set: UInt32?

  /// Reads a rule as nft or iptables-save prints it; nil when it leaves the mark alone.
  init?(_ rule: String) {
    let words = rule.split { " \t()".contains($0) }.map(String.init)
    if let change = Self.saved(words) ?? Self.listed(words) { self = change } else { return nil }
  }

  private init(kept: UInt32, set: UInt32?) { (self.kept, self.set) = (kept, set) }

  /// Whether bits that were set are not set any more, or need not be.
  func clears(_ bits: UInt32) -> Bool { kept & bits != bits && (set.map { $0 & bits != bits } ?? true) }

  /// Whether bits are set behind it for sure.
  func sets(_ bits: UInt32) -> Bool { set.map { $0 & bits == bits && bits != 0 } ?? false }

  /// "-j MARK --set-xmark 0x1/0xffffffff", "-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff", "-j TPROXY ... --tproxy-mark 0x1/0x1".
  private static func saved(_ words: [String]) -> MarkChange? {
    func pair(_ name: String) -> (value: UInt32, mask: UInt32)? {
      words.word(after: name).flatMap { MarkText.masked($0) }
    }
    guard let jump = words.lastIndex(of: "-j"), jump + 1 < words.count else { return nil }
    switch words[jump + 1] {
    case "MARK":
      if let (value, mask) = pair("--set-xmark") ?? pair("--set-mark") { return MarkChange(kept: ~mask, set: value) }
      if let (value, _) = pair("--or-mark") { return MarkChange(kept: ~value, set: value) }
      return pair("--and-mark").map { MarkChange(kept: $0.value, set: 0) }
    case "CONNMARK" where words.contains("--restore-mark"):
      return MarkChange(kept: ~(pair("--nfmask")?.value ?? .max), set: nil)
    case "TPROXY":
      return pair("--tproxy-mark").map { MarkChange(kept: ~$0.mask, set: $0.value) }
    default: return nil
    }
  }

  /// "meta mark set 0x1", "meta mark set meta mark | 0x01000000", "meta mark set mark and 0xff or 0x1", "meta mark set ct mark".
  private static func listed(_ words: [String]) -> MarkChange? {
    guard let start = words.indices.first(where: { words[$0...].starts(with: ["meta", "mark", "set"]) }) else {
      return nil
    }
    var rest = words[(start + 3)...]
    if rest.first == "meta" { rest.removeFirst() }
    guard let first = rest.popFirst() else { return nil }
    guard first == "mark" else {
      return MarkChange(kept: 0, set: MarkText.number(first))
    }
    var change = MarkChange(kept: .max, set: 0)
    while rest.count > 1, let operation = rest.popFirst(), let value = rest.popFirst().flatMap({ MarkText.number($0) })
    {
      switch operation {
      case "&", "and": change = MarkChange(kept: change.kept & value, set: change.set.map { $0 & value })
      case "|", "or": change = MarkChange(kept: change.kept & ~value, set: change.set.map { $0 | value })
      case "^", "xor": change = MarkChange(kept: change.kept & ~value, set: change.set.map { $0 ^ value })
      default: return change
      }
    }
    return change
  }
}
