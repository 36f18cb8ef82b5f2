// SPDX-License-Identifier: Apache-2.0

/// A tar archive in the ustar format of POSIX, of files that nobody but their owner may read.
struct TarArchive: Sendable {
  /// Longest name of a file, in bytes.
  static let longestName = 100
  private static let block = 512
  private(set) var bytes: [UInt8] = []
  private let time: Int64

  /// Creates an empty archive, whose files were all written at `time`, seconds since 1970.
  init(time: Int64) { self.time = time }

  /// Adds a file.
  mutating func add(_ name: String, _ content: [UInt8]) {
    var header = [UInt8](repeating: 0, count: Self.block)
    func put(_ text: String, at offset: Int) {
      header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
    }
    func put(octal number: Int, digits: Int, at offset: Int) {
      let text = String(number, radix: 8)
      put(String(repeating: "0", count: digits - text.utf8.count) + text, at: offset)
    }
    put(String(decoding: name.utf8.prefix(Self.longestName), as: UTF8.self), at: 0)
    put(octal: 0o600, digits: 7, at: 100)
    put(octal: 0, digits: 7, at: 108)
    put(octal: 0, digits: 7, at: 116)
    put(octal: content.count, digits: 11, at: 124)
    put(octal: Int(max(0, time)), digits: 11, at: 136)
    // The sum is taken with blanks in its place.
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar\u{0}00", at: 257)
    put("root", at: 265)
    put("root", at: 297)
    put(octal: header.reduce(0) { $0 + Int($1) }, digits: 6, at: 148)
    header[154] = 0
    bytes += header
    bytes += content
    bytes += [UInt8](repeating: 0, count: (Self.block - content.count % Self.block) % Self.block)
  }

  /// Ends the archive: two empty blocks.
  mutating func finish() { bytes += [UInt8](repeating: 0, count: 2 * Self.block) }
}
