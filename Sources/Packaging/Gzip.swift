// SPDX-License-Identifier: Apache-2.0

/// A gzip file (RFC 1952) of less than 64 KiB, stored: a changelog of a few lines, which Debian's policy wants as gzip, and whose sum has
/// to be known before any program runs.
enum Gzip {
  static func file(_ text: String) -> [UInt8] {
    let content = Array(text.utf8)
    precondition(content.count < 0x10000)
    let size = UInt16(content.count)
    // No name, no time; the extra flags and the system are those of `gzip -9`.
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3]
    // The last block, stored.
    return header + [1] + littleEndian(size) + littleEndian(~size) + content + littleEndian(checksum(content))
      + littleEndian(UInt32(content.count))
  }

  /// CRC-32 as gzip has it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
