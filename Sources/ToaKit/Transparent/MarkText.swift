// SPDX-License-Identifier: Apache-2.0

/// A packet's mark, or bits of it, as people type them and ip(8), nft and iptables print them.
enum MarkText {
  /// "0x40" or "64".
  static func number(_ text: some StringProtocol) -> UInt32? {
    text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
  }

  /// "0x40/0xff": a value, and the bits that count, by default all.
  static func masked(_ text: some StringProtocol) -> (value: UInt32, mask: UInt32)? {
    let parts = text.split(separator: "/").map { number($0) }
    guard let value = parts.first ?? nil else { return nil }
    return (value, parts.count > 1 ? parts[1] ?? .max : .max)
  }
}
