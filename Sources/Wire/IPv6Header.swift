// SPDX-License-Identifier: Apache-2.0

/// An IPv6 header (RFC 8200, 3) without extension headers.
public struct IPv6Header: Sendable, Hashable {
  /// Source address.
  public var source: IPv6Address
  /// Destination address.
  public var destination: IPv6Address
  /// Protocol number of what follows: 6 for TCP.
  public var nextHeader: UInt8
  /// Hop limit.
  public var hopLimit: UInt8

  /// Creates a header with traffic class and flow label 0.
  public init(source: IPv6Address, destination: IPv6Address, nextHeader: UInt8 = 6, hopLimit: UInt8 = 64) {
    self.source = source
    self.destination = destination
    self.nextHeader = nextHeader
    self.hopLimit = hopLimit
  }

  /// The packet around a payload of at most 65535 bytes; longer ones are cut.
  public func packet(payload: [UInt8]) -> [UInt8] {
    let payload = payload.prefix(65535)
    var header: [UInt8] = [0x60, 0, 0, 0]
    header += UInt16(payload.count).bigEndianBytes
    header += [nextHeader, hopLimit]
    header += source.bytes
    header += destination.bytes
    return header + payload
  }

  /// Reads a whole packet; bytes behind the payload length are dropped, extension headers stay in the payload.
  public static func parse(_ packet: [UInt8]) throws(PacketError) -> (header: IPv6Header, payload: [UInt8]) {
    guard let first = packet.first else { throw .truncated }
    guard first >> 4 == 6 else { throw .version(first >> 4) }
    guard packet.count >= 40 else { throw .truncated }
    let end = 40 + Int(packet.word(at: 4))
    guard packet.count >= end, let source = IPv6Address(bytes: packet[8..<24]),
      let destination = IPv6Address(bytes: packet[24..<40])
    else { throw .truncated }
    let header = IPv6Header(source: source, destination: destination, nextHeader: packet[6], hopLimit: packet[7])
    return (header, Array(packet[40..<end]))
  }
}
