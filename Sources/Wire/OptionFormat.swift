// SPDX-License-Identifier: Apache-2.0

/// A TOA option. What identifies it is the pair (kind, length), as vendors use one kind for several layouts.
public struct OptionFormat: Sendable, Hashable {
  /// TCP option kind.
  public let kind: UInt8
  /// Length of the whole option in bytes, the kind and length bytes included.
  public let length: UInt8
  /// Where the client is; nil for an option that is known and names none.
  public let layout: OptionLayout?

  /// Creates a format; nil when a field would lie outside of the option or on its kind and length bytes.
  public init?(kind: UInt8, length: UInt8, layout: OptionLayout?) {
    guard kind > 1, (2...TCPOptions.capacity).contains(Int(length)), layout?.fits(in: Int(length)) ?? true
    else { return nil }
    self.init(unchecked: kind, length, layout)
  }

  /// Kind, length, port, IPv4 address: the layout that most vendors share.
  public static func classic(kind: UInt8) -> OptionFormat { OptionFormat(unchecked: kind, 8, .classic) }

  /// Kind, length, port, IPv6 address.
  public static func classicV6(kind: UInt8) -> OptionFormat { OptionFormat(unchecked: kind, 20, .classicV6) }

  /// The options that vendors are known to send, which need no layout in a profile.
  public static let known: [OptionFormat] = [
    .classic(kind: 254), .classic(kind: 253), .classic(kind: 200), .classicV6(kind: 254), .classicV6(kind: 253),
    // More follows behind the client: VPC and server of Alibaba, the server's address of ByteDance.
    OptionFormat(unchecked: 252, 20, .classic), OptionFormat(unchecked: 254, 16, .classic),
    OptionFormat(unchecked: 249, 40, .classicV6),
    // Alibaba's CDN: a version, and no port.
    OptionFormat(unchecked: 28, 7, OptionLayout(.v4, addressOffset: 3, version: 1)),
    OptionFormat(unchecked: 28, 19, OptionLayout(.v6, addressOffset: 3)),
    // The server's address or the number of its VPC, beside an option that names the client.
    OptionFormat(unchecked: 250, 8, nil), OptionFormat(unchecked: 201, 6, nil), OptionFormat(unchecked: 202, 8, nil),
  ]

  /// The known option of a (kind, length) pair.
  public static func known(kind: UInt8, length: UInt8) -> OptionFormat? {
    known.first { $0.kind == kind && $0.length == length }
  }

  private init(unchecked kind: UInt8, _ length: UInt8, _ layout: OptionLayout?) {
    self.kind = kind
    self.length = length
    self.layout = layout
  }

  /// Family of the client's address; nil where there is none.
  public var family: OptionLayout.Family? { layout?.family }

  /// Whether both are of one kind and length, whatever their layout.
  func isSamePair(_ other: OptionFormat) -> Bool { kind == other.kind && length == other.length }
}

extension OptionFormat: CustomStringConvertible {
  /// "254/8".
  public var description: String { "\(kind)/\(length)" }

  /// The word of a profile that gives it: "254/8", or with the layout where that is not the known one: "77/8:ip4@4+port@2".
  public var word: String {
    self == Self.known(kind: kind, length: length) ? description : "\(description):\(layout?.description ?? "none")"
  }
}

extension OptionFormat {
  /// The client in an option of this format, port 0 when the format has none; nil when it is none that a client can have.
  func client(in option: TCPOption) -> Endpoint? {
    let bytes = option.bytes
    guard let layout, option.kind == kind, bytes.count == Int(length) else { return nil }
    if let version = layout.version, bytes[OptionLayout.versionOffset] != version { return nil }
    let field = bytes[layout.addressOffset..<(layout.addressOffset + layout.family.size)]
    let address: IPAddress?
    switch layout.family {
    case .v4: address = IPv4Address(bytes: field).map { .v4($0) }
    case .v6: address = IPv6Address(bytes: field).map { .v6($0) }
    }
    guard let address, address.isUsableClient else { return nil }
    guard let portOffset = layout.portOffset else { return Endpoint(address: address, port: 0) }
    let port = bytes.word(at: portOffset)
    return port == 0 ? nil : Endpoint(address: address, port: port)
  }

  /// The option that carries `client`, bytes outside of the fields zero; nil when the address is of the other family or the
  /// option names no client.
  public func option(for client: Endpoint) -> TCPOption? {
    guard let layout, client.address.bytes.count == layout.family.size else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(length))
    if let version = layout.version { bytes[OptionLayout.versionOffset] = version }
    bytes.replaceSubrange(
      layout.addressOffset..<(layout.addressOffset + layout.family.size), with: client.address.bytes)
    if let offset = layout.portOffset { bytes.replaceSubrange(offset..<(offset + 2), with: client.port.bigEndianBytes) }
    return TCPOption(kind: kind, data: Array(bytes[2...]))
  }
}
