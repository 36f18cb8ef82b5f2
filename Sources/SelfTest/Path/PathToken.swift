// SPDX-License-Identifier: Apache-2.0

/// The word that `--listen` prints and `--against` has to give: consent of whoever can read both screens. 80 bits, new with each run.
public struct PathToken: Sendable {
  /// Crockford's digits: none looks like another.
  private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  /// "K7QM-2X9D-0A3F-TT8B".
  public let text: String

  /// Makes one from the system's random numbers.
  public init() {
    let digits = (0..<16).map { _ in Self.digits[Int.random(in: 0..<32)] }
    let groups = stride(from: 0, to: 16, by: 4).map { String(decoding: digits[$0..<($0 + 4)], as: UTF8.self) }
    text = groups.joined(separator: "-")
  }

  /// Takes one as it is, for tests.
  init(_ text: String) { self.text = text }

  /// Whether another has the same digits, whatever its case and dashes. It takes as long for a wrong one as for a right one.
  func matches(_ other: String) -> Bool {
    let (own, given) = (Self.essence(text), Self.essence(other))
    var difference = own.count ^ given.count
    for (index, byte) in own.enumerated() { difference |= Int(byte ^ (index < given.count ? given[index] : 0)) }
    return difference == 0
  }

  private static func essence(_ text: String) -> [UInt8] {
    text.utf8.filter { $0 != UInt8(ascii: "-") }.map { (0x61...0x7a).contains($0) ? $0 - 32 : $0 }
  }
}
