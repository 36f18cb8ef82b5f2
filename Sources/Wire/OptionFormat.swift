// SPDX-License-Identifier: Apache-2.0

/// The layout of one TOA option. What identifies it is the pair (kind, length), as vendors use one kind for several layouts.
public struct OptionFormat: Sendable, Hashable {
  /// Which family the address inside is of.
  public enum Family: Sendable, Hashable {
    /// 4 bytes of IPv4 address.
    case v4
    /// 16 bytes of IPv6 address.
    case v6

    /// Bytes of one address.
    public var size: Int { self == .v4 ? 4 : 16 }
  }

  /// TCP option kind.
  public let kind: UInt8
  /// Length of the whole option in bytes, the kind and length bytes included.
  public let length: UInt8
  /// Family of the client's address.
  public let family: Family
  /// Byte offset of the port (network order) from the kind byte; nil when the option carries none.
  public let portOffset: Int?
  /// Byte offset of the address (network order) from the kind byte.
  public let addressOffset: Int

  /// Creates a format; nil when a field would lie outside of the option or on its kind and length bytes.
  public init?(kind: UInt8, length: UInt8, family: Family, portOffset: Int?, addressOffset: Int) {
    let firstAndLast = [(addressOffset, Int(length) - family.size)] + (portOffset.map { [($0, Int(length) - 2)] } ?? [])
    guard kind > 1, length <= TCPOptions.capacity,
      firstAndLast.allSatisfy({ offset, last in offset >= 2 && offset <= last })
    else { return nil }
    self.init(unchecked: kind, length, family, portOffset, addressOffset)
  }

  /// Kind, length, port, IPv4 address: the layout that most vendors share.
  public static func classic(kind: UInt8) -> OptionFormat { OptionFormat(unchecked: kind, 8, .v4, 2, 4) }

  /// Kind, length, port, IPv6 address.
  public static func classicV6(kind: UInt8) -> OptionFormat { OptionFormat(unchecked: kind, 20, .v6, 2, 4) }

  private init(unchecked kind: UInt8, _ length: UInt8, _ family: Family, _ portOffset: Int?, _ addressOffset: Int) {
    self.kind = kind
    self.length = length
    self.family = family
    self.portOffset = portOffset
    self.addressOffset = addressOffset
  }
}

extension OptionFormat: CustomStringConvertible {
  /// "254/8".
  public var description: String { "\(kind)/\(length)" }
}

extension OptionFormat {
  /// The client in an option of this format, port 0 when the format has none; nil when it is none that a client can have.
  func client(in option: TCPOption) -> Endpoint? {
    let bytes = option.bytes
    guard option.kind == kind, bytes.count == Int(length) else { return nil }
    let field = bytes[addressOffset..<(addressOffset + family.size)]
    let address: IPAddress?
    switch family {
    case .v4: address = IPv4Address(bytes: field).map { .v4($0) }
    case .v6: address = IPv6Address(bytes: field).map { .v6($0) }
    }
    guard let address, address.isUsableClient else { return nil }
    guard let portOffset else { return Endpoint(address: address, port: 0) }
    let port = bytes.word(at: portOffset)
    return port == 0 ? nil : Endpoint(address: address, port: port)
  }

  /// The option that carries `client`, bytes outside of the fields zero; nil when the address is of the other family.
  public func option(for client: Endpoint) -> TCPOption? {
    guard client.address.bytes.count == family.size else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(length))
    bytes.replaceSubrange(addressOffset..<(addressOffset + family.size), with: client.address.bytes)
    if let portOffset { bytes.replaceSubrange(portOffset..<(portOffset + 2), with: client.port.bigEndianBytes) }
    return TCPOption(kind: kind, data: Array(bytes[2...]))
  }
}
