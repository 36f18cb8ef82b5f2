// SPDX-License-Identifier: Apache-2.0

/// Where in a TOA option the client is.
public struct OptionLayout: Sendable, Hashable {
  /// Which family the address is of.
  public enum Family: Sendable, Hashable {
    /// 4 bytes of IPv4 address.
    case v4
    /// 16 bytes of IPv6 address.
    case v6

    /// Bytes of one address.
    public var size: Int { self == .v4 ? 4 : 16 }
  }

  /// Family of the client's address.
  public let family: Family
  /// Byte offset of the address (network order) from the kind byte.
  public let addressOffset: Int
  /// Byte offset of the port (network order) from the kind byte; nil when the option carries none.
  public let portOffset: Int?
  /// What the byte behind the length must be; nil when that byte is no version.
  public let version: UInt8?

  /// Offset of the version.
  static let versionOffset = 2

  /// Creates a layout; whether it fits is asked of `fits`.
  public init(_ family: Family, addressOffset: Int, portOffset: Int? = nil, version: UInt8? = nil) {
    self.family = family
    self.addressOffset = addressOffset
    self.portOffset = portOffset
    self.version = version
  }

  /// Kind, length, port, IPv4 address: what most vendors share.
  public static let classic = OptionLayout(.v4, addressOffset: 4, portOffset: 2)
  /// Kind, length, port, IPv6 address.
  public static let classicV6 = OptionLayout(.v6, addressOffset: 4, portOffset: 2)

  /// Whether each field lies inside of an option of `length` bytes and behind its kind and length, port and address apart.
  func fits(in length: Int) -> Bool {
    let firstAndLast =
      [(addressOffset, length - family.size)] + (portOffset.map { [($0, length - 2)] } ?? [])
      + (version == nil ? [] : [(Self.versionOffset, length - 1)])
    guard firstAndLast.allSatisfy({ offset, last in offset >= 2 && offset <= last }) else { return false }
    guard let portOffset else { return true }
    return portOffset + 2 <= addressOffset || addressOffset + family.size <= portOffset
  }
}

extension OptionLayout: LosslessStringConvertible {
  /// Reads "ip4@4+port@2" or "ip6@3".
  public init?(_ text: String) {
    let fields = text.split(separator: "+", omittingEmptySubsequences: false).map {
      $0.split(separator: "@", omittingEmptySubsequences: false)
    }
    guard (1...2).contains(fields.count), fields.allSatisfy({ $0.count == 2 }),
      let family = ["ip4": Family.v4, "ip6": .v6][fields[0][0]],
      let address = profileNumber(fields[0][1], upTo: TCPOptions.capacity)
    else { return nil }
    guard fields.count == 2 else {
      self.init(family, addressOffset: address)
      return
    }
    guard fields[1][0] == "port", let port = profileNumber(fields[1][1], upTo: TCPOptions.capacity)
    else { return nil }
    self.init(family, addressOffset: address, portOffset: port)
  }

  /// "ip4@4+port@2"; the version is not said, as no text can ask for one.
  public var description: String {
    "\(family == .v4 ? "ip4" : "ip6")@\(addressOffset)" + (portOffset.map { "+port@\($0)" } ?? "")
  }
}
