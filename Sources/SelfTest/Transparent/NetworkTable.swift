// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux

/// What /proc shows of the network namespace that the calling thread is in.
enum NetworkTable {
  /// Packets that the check of the reverse path threw away; 0 where the kernel does not count them.
  static var reversePathDrops: Int { value(of: "IPReversePathFilter", in: text("netstat")) ?? 0 }

  /// Whether a connection to a port waits for the last packet of its handshake.
  static func hasHalfOpen(port: UInt16, _ family: TransparentStage.Family) -> Bool {
    hasHalfOpen(port: port, in: text(family == .v4 ? "tcp" : "tcp6"))
  }

  /// A counter of /proc/net/netstat, pairs of a line of names and a line of values.
  static func value(of name: String, in text: String) -> Int? {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
    for (names, values) in zip(lines, lines.dropFirst())
    where names.first == values.first && names.count == values.count {
      if let index = names.firstIndex(of: Substring(name)) { return Int(values[index]) }
    }
    return nil
  }

  /// The same in a text of /proc/net/tcp: number, own address, other address, state, each in hexadecimal digits.
  static func hasHalfOpen(port: UInt16, in text: String) -> Bool {
    text.split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      guard words.count > 3, words[3] == "03", let own = words[1].split(separator: ":").last else { return false }
      return UInt16(own, radix: 16) == port
    }
  }

  private static func text(_ name: String) -> String {
    // Not /proc/net, which is that of the program's first thread.
    let number = retrying { unsafe open("/proc/thread-self/net/\(name)", O_RDONLY | O_CLOEXEC) }
    guard number >= 0 else { return "" }
    let file = Descriptor(number)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let capacity = buffer.count
    while true {
      let count = retrying { unsafe read(file.number, &buffer, capacity) }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
