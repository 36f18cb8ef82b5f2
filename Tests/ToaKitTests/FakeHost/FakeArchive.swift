// SPDX-License-Identifier: Apache-2.0

/// What a package of the fake host has inside: a line for each file with its path and its bytes in hexadecimal digits, as a
/// compressed file is no text. A link's bytes are "-> target".
enum FakeArchive {
  static func text(_ snapshot: TreeSnapshot, where isInside: (String) -> Bool) -> String {
    snapshot.nodes.keys.filter(isInside).sorted().compactMap { path -> String? in
      switch snapshot.nodes[path] {
      case .file(_, let bytes): "\(path) \(hex(bytes))\n"
      case .link(let target): "\(path) \(hex(Array("-> \(target)".utf8)))\n"
      case .folder, nil: nil
      }
    }.joined()
  }

  static func files(_ lines: some Sequence<Substring>) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for line in lines {
      guard let space = line.lastIndex(of: " ") else { continue }
      files[String(line[..<space])] = bytes(Array(line[line.index(after: space)...].utf8))
    }
    return files
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func hex(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func bytes(_ hex: [UInt8]) -> [UInt8] {
    func value(_ digit: UInt8) -> UInt8 { digit > UInt8(ascii: "9") ? digit - 87 : digit - 48 }
    return stride(from: 0, to: hex.count - 1, by: 2).map { value(hex[$0]) << 4 | value(hex[$0 + 1]) }
  }
}
