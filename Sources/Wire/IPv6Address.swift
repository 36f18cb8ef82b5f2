// SPDX-License-Identifier: Apache-2.0

/// An IPv6 address, without zone.
public struct IPv6Address: Sendable, Hashable, Comparable {
  /// The first 64 bits as a number in host order.
  public var high: UInt64
  /// The last 64 bits as a number in host order.
  public var low: UInt64

  /// Creates an address from its halves, numbers in host order.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Creates an address from 16 bytes in network order; nil for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    high = bytes.prefix(8).bigEndianValue
    low = bytes.dropFirst(8).bigEndianValue
  }

  /// Creates the IPv4-mapped address ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
  public init(mapped address: IPv4Address) {
    high = 0
    low = 0xffff << 32 | UInt64(address.value)
  }

  /// The 16 bytes in network order.
  public var bytes: [UInt8] { high.bigEndianBytes + low.bigEndianBytes }

  /// The eight 16-bit groups as printed, numbers in host order.
  public var groups: [UInt16] {
    [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) } }
  }

  /// The IPv4 address inside ::ffff:0:0/96, nil elsewhere.
  public var mappedAddress: IPv4Address? {
    high == 0 && low >> 32 == 0xffff ? IPv4Address(UInt32(truncatingIfNeeded: low)) : nil
  }

  /// The address ::.
  public var isUnspecified: Bool { high == 0 && low == 0 }
  /// The address ::1.
  public var isLoopback: Bool { high == 0 && low == 1 }
  /// ff00::/8 (RFC 4291, 2.7).
  public var isMulticast: Bool { high >> 56 == 0xff }

  /// Orders by number.
  public static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}
