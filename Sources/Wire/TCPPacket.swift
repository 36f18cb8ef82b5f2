// SPDX-License-Identifier: Apache-2.0

/// A TCP segment inside an IP packet of either family.
public struct TCPPacket: Sendable, Hashable {
  /// Source and destination address, of one family.
  public enum Addresses: Sendable, Hashable {
    /// An IPv4 packet.
    case v4(source: IPv4Address, destination: IPv4Address)
    /// An IPv6 packet.
    case v6(source: IPv6Address, destination: IPv6Address)
  }

  /// Source and destination address.
  public var addresses: Addresses
  /// The TCP header.
  public var header: TCPHeader
  /// What follows the TCP header.
  public var payload: [UInt8]

  /// Creates a packet.
  public init(addresses: Addresses, header: TCPHeader, payload: [UInt8] = []) {
    self.addresses = addresses
    self.header = header
    self.payload = payload
  }

  /// Source address and port.
  public var source: Endpoint {
    switch addresses {
    case .v4(let source, _): Endpoint(address: .v4(source), port: header.sourcePort)
    case .v6(let source, _): Endpoint(address: .v6(source), port: header.sourcePort)
    }
  }

  /// Destination address and port.
  public var destination: Endpoint {
    switch addresses {
    case .v4(_, let destination): Endpoint(address: .v4(destination), port: header.destinationPort)
    case .v6(_, let destination): Endpoint(address: .v6(destination), port: header.destinationPort)
    }
  }

  /// The packet from the IP header on, checksums right.
  public var bytes: [UInt8] {
    let segment = header.bytes(checksum: 0) + payload
    let checksum = Self.checksum(addresses, segment)
    let checked = header.bytes(checksum: checksum) + payload
    switch addresses {
    case .v4(let source, let destination):
      return IPv4Header(source: source, destination: destination).packet(payload: checked)
    case .v6(let source, let destination):
      return IPv6Header(source: source, destination: destination).packet(payload: checked)
    }
  }

  /// Reads a packet from the IP header on and verifies its checksums.
  public init(parsing packet: [UInt8]) throws(PacketError) {
    guard let first = packet.first else { throw .truncated }
    let segment: [UInt8]
    let protocolNumber: UInt8
    switch first >> 4 {
    case 4:
      let (header, payload) = try IPv4Header.parse(packet)
      addresses = .v4(source: header.source, destination: header.destination)
      (protocolNumber, segment) = (header.protocolNumber, payload)
    case 6:
      let (header, payload) = try IPv6Header.parse(packet)
      addresses = .v6(source: header.source, destination: header.destination)
      (protocolNumber, segment) = (header.nextHeader, payload)
    default: throw .version(first >> 4)
    }
    guard protocolNumber == 6 else { throw .notTCP(protocolNumber) }
    (header, payload) = try TCPHeader.parse(segment)
    guard Self.checksum(addresses, segment) == 0 else { throw .checksum }
  }

  /// The checksum over the pseudo-header (RFC 9293, 3.1; RFC 8200, 8.1) and the segment.
  private static func checksum(_ addresses: Addresses, _ segment: [UInt8]) -> UInt16 {
    var sum = InternetChecksum()
    switch addresses {
    case .v4(let source, let destination): sum.add(source.bytes + destination.bytes)
    case .v6(let source, let destination): sum.add(source.bytes + destination.bytes)
    }
    sum.add(UInt32(truncatingIfNeeded: segment.count).bigEndianBytes + [0, 6])
    sum.add(segment)
    return sum.value
  }
}
