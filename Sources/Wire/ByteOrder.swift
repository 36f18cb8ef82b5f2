// SPDX-License-Identifier: Apache-2.0

extension FixedWidthInteger {
  /// The bytes in network order, most significant first.
  var bigEndianBytes: [UInt8] {
    stride(from: Self.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}

extension Collection<UInt8> {
  /// The number of up to 8 bytes in network order.
  var bigEndianValue: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}

extension Array<UInt8> {
  /// The 16-bit number in network order at `offset`, which the caller has checked to lie inside.
  func word(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

  /// The 32-bit number in network order at `offset`, which the caller has checked to lie inside.
  func doubleWord(at offset: Int) -> UInt32 { UInt32(word(at: offset)) << 16 | UInt32(word(at: offset + 2)) }
}
