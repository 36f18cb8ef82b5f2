// SPDX-License-Identifier: Apache-2.0

/// Bytes of a stream that become lines, of a length that a stranger cannot exceed.
struct LineBuffer {
  enum Next: Equatable {
    case line(String)
    /// The line end is still to come.
    case more
    /// No line, and none that can become one: too long, or bytes that are no printable ASCII.
    case garbage
  }

  private let limit: Int
  private(set) var bytes: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  mutating func append(_ more: some Sequence<UInt8>) { bytes += more }

  /// The next line without its end; a carriage return before the end is dropped.
  mutating func next() -> Next {
    let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
    var line = bytes[..<(end ?? bytes.count)]
    guard line.count <= limit else { return .garbage }
    if end != nil, line.last == UInt8(ascii: "\r") { line.removeLast() }
    guard line.allSatisfy({ (0x20...0x7e).contains($0) || (end == nil && $0 == UInt8(ascii: "\r")) }) else {
      return .garbage
    }
    guard let end else { return .more }
    let text = String(decoding: line, as: UTF8.self)
    bytes.removeFirst(end + 1)
    return .line(text)
  }
}
