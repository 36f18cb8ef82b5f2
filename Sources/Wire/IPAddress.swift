// SPDX-License-Identifier: Apache-2.0

/// An address of either family.
public enum IPAddress: Sendable, Hashable {
  /// An IPv4 address.
  case v4(IPv4Address)
  /// An IPv6 address.
  case v6(IPv6Address)

  /// The bytes in network order: 4 or 16.
  public var bytes: [UInt8] {
    switch self {
    case .v4(let address): address.bytes
    case .v6(let address): address.bytes
    }
  }

  /// The IPv4 address for one that is mapped into IPv6, otherwise the address itself: what the trusted list compares.
  public var unmapped: IPAddress {
    if case .v6(let address) = self, let inner = address.mappedAddress { return .v4(inner) }
    return self
  }

  /// Whether the address can be that of one client: not unspecified, multicast or the IPv4 broadcast.
  public var isUsableClient: Bool {
    switch self {
    case .v4(let address): !address.isUnspecified && !address.isMulticast && !address.isBroadcast
    case .v6(let address):
      if let inner = address.mappedAddress {
        IPAddress.v4(inner).isUsableClient
      } else {
        !address.isUnspecified && !address.isMulticast
      }
    }
  }
}

extension IPAddress: LosslessStringConvertible {
  /// Reads an address of either family.
  public init?(_ text: String) {
    if let address = IPv4Address(text) {
      self = .v4(address)
    } else if let address = IPv6Address(text) {
      self = .v6(address)
    } else {
      return nil
    }
  }

  /// "192.0.2.1" or "2001:db8::1".
  public var description: String {
    switch self {
    case .v4(let address): address.description
    case .v6(let address): address.description
    }
  }
}
