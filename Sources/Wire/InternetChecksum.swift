// SPDX-License-Identifier: Apache-2.0

/// The 16-bit one's complement sum of IPv4 and TCP (RFC 1071).
struct InternetChecksum {
  private var sum: UInt64 = 0

  /// Adds bytes in network order; an odd last byte counts as if a zero byte followed, so only the last part may be odd.
  mutating func add(_ bytes: [UInt8]) {
    for offset in stride(from: 0, to: bytes.count - 1, by: 2) { sum += UInt64(bytes.word(at: offset)) }
    if bytes.count % 2 == 1, let last = bytes.last { sum += UInt64(last) << 8 }
  }

  /// What goes into the checksum field, a number in host order. Over a message that holds a right checksum it is 0.
  var value: UInt16 {
    var folded = sum
    while folded > 0xffff { folded = folded >> 16 + folded & 0xffff }
    return ~UInt16(truncatingIfNeeded: folded)
  }

  /// The checksum of one run of bytes.
  static func of(_ bytes: [UInt8]) -> UInt16 {
    var sum = InternetChecksum()
    sum.add(bytes)
    return sum.value
  }
}
