// SPDX-License-Identifier: Apache-2.0

/// An IPv4 address.
public struct IPv4Address: Sendable, Hashable, Comparable {
  /// The address as a number in host order: the `a` of a.b.c.d is the most significant byte.
  public var value: UInt32

  /// Creates an address from its number in host order.
  public init(_ value: UInt32) { self.value = value }

  /// Creates a.b.c.d.
  public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    value = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  }

  /// Creates an address from 4 bytes in network order; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 4 else { return nil }
    value = bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The 4 bytes in network order.
  public var bytes: [UInt8] { value.bigEndianBytes }

  /// 0.0.0.0.
  public var isUnspecified: Bool { value == 0 }
  /// 127.0.0.0/8 (RFC 1122, 3.2.1.3).
  public var isLoopback: Bool { value >> 24 == 127 }
  /// 224.0.0.0/4 (RFC 5771).
  public var isMulticast: Bool { value >> 28 == 0xe }
  /// 255.255.255.255 (RFC 919).
  public var isBroadcast: Bool { value == .max }

  /// Orders by number.
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

extension IPv4Address: LosslessStringConvertible {
  /// Reads four decimal octets, as inet_pton(3) does: nothing around them, no leading zero, no short forms.
  public init?(_ text: String) {
    let octets = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard octets.count == 4 else { return nil }
    var value: UInt32 = 0
    for octet in octets {
      guard let number = decimal(octet, upTo: 255) else { return nil }
      value = value << 8 | UInt32(number)
    }
    self.value = value
  }

  /// "192.0.2.1".
  public var description: String { bytes.map { String($0) }.joined(separator: ".") }
}
