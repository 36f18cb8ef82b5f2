// SPDX-License-Identifier: Apache-2.0

/// Why a text is no prefix.
public enum PrefixError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The part before the slash is no address.
  case notAnAddress(String)
  /// The part after the slash is no number from 0 to 32 or 128.
  case badLength(String)
  /// Bits are set behind the length; the prefix that was probably meant.
  case hostBits(String, meant: IPPrefix)

  /// One clause: "10.0.0.1/8 has bits set behind the prefix; 10.0.0.0/8 has not".
  public var description: String {
    switch self {
    case .notAnAddress(let text): "\"\(text)\" does not begin with an IPv4 or IPv6 address"
    case .badLength(let text): "\"\(text)\" has no prefix length from 0 to 32 (IPv4) or 128 (IPv6)"
    case .hostBits(let text, let meant): "\"\(text)\" has bits set behind the prefix; \(meant) has not"
    }
  }
}

/// An address prefix in CIDR notation (RFC 4632, RFC 4291 2.3); no bit behind the length is set.
public struct IPPrefix: Sendable, Hashable {
  /// The first address.
  public let address: IPAddress
  /// Leading bits that count: 0 to 32 for IPv4, 0 to 128 for IPv6.
  public let length: Int

  /// Creates the prefix of `length` bits that holds `address`; a length outside of the family's range is brought inside.
  public init(_ address: IPAddress, length: Int) {
    switch address {
    case .v4(let address):
      self.length = min(max(length, 0), 32)
      self.address = .v4(IPv4Address(address.value & ~(UInt32.max >> self.length)))
    case .v6(let address):
      self.length = min(max(length, 0), 128)
      self.address = .v6(
        IPv6Address(
          high: address.high & ~(UInt64.max >> min(self.length, 64)),
          low: address.low & ~(UInt64.max >> max(self.length - 64, 0))))
    }
  }

  /// Reads "10.0.0.0/8" or a single address. A prefix inside ::ffff:0:0/96 becomes the IPv4 prefix that it stands for.
  public init(parsing text: String) throws(PrefixError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else { throw .notAnAddress(text) }
    let width = address.bytes.count * 8
    var length = width
    if parts.count == 2 {
      guard let number = decimal(parts[1].utf8, upTo: width) else { throw .badLength(text) }
      length = number
    }
    let prefix = IPPrefix(address, length: length)
    guard prefix.address == address else { throw .hostBits(text, meant: prefix.unmapped) }
    self = prefix.unmapped
  }

  /// Whether an address lies inside. An IPv4-mapped address counts as the IPv4 address.
  public func contains(_ address: IPAddress) -> Bool {
    IPPrefix(address.unmapped, length: length).address == self.address
  }

  /// Whether every address of the other prefix lies inside.
  public func covers(_ other: IPPrefix) -> Bool { length <= other.length && contains(other.address) }

  private var unmapped: IPPrefix {
    guard case .v6(let inner) = address, length >= 96, let address = inner.mappedAddress else { return self }
    return IPPrefix(.v4(address), length: length - 96)
  }
}

extension IPPrefix: CustomStringConvertible, Comparable {
  /// "10.0.0.0/8"; the length is always there.
  public var description: String { "\(address)/\(length)" }

  /// Orders IPv4 before IPv6, then by address, then the wider first.
  public static func < (left: Self, right: Self) -> Bool {
    let (one, other) = (left.address.bytes, right.address.bytes)
    if one.count != other.count { return one.count < other.count }
    return one == other ? left.length < right.length : one.lexicographicallyPrecedes(other)
  }
}
