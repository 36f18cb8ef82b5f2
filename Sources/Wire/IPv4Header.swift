// SPDX-License-Identifier: Apache-2.0

/// An IPv4 header (RFC 791, 3.1) without options on the way out; options are skipped on the way in.
public struct IPv4Header: Sendable, Hashable {
  /// Source address.
  public var source: IPv4Address
  /// Destination address.
  public var destination: IPv4Address
  /// Protocol number of the payload: 6 for TCP.
  public var protocolNumber: UInt8
  /// Time to live in hops.
  public var timeToLive: UInt8
  /// Identification, a number in host order.
  public var identification: UInt16

  /// Creates a header of an unfragmented packet.
  public init(
    source: IPv4Address, destination: IPv4Address, protocolNumber: UInt8 = 6, timeToLive: UInt8 = 64,
    identification: UInt16 = 0
  ) {
    self.source = source
    self.destination = destination
    self.protocolNumber = protocolNumber
    self.timeToLive = timeToLive
    self.identification = identification
  }

  /// The packet around a payload of at most 65515 bytes (longer ones are cut), "don't fragment" set, checksum right.
  public func packet(payload: [UInt8]) -> [UInt8] {
    let payload = payload.prefix(65515)
    var header: [UInt8] = [0x45, 0]
    header += UInt16(20 + payload.count).bigEndianBytes
    header += identification.bigEndianBytes
    header += [0x40, 0, timeToLive, protocolNumber, 0, 0]
    header += source.bytes
    header += destination.bytes
    header.replaceSubrange(10..<12, with: InternetChecksum.of(header).bigEndianBytes)
    return header + payload
  }

  /// Reads a whole packet; bytes behind the total length (link padding) are dropped.
  public static func parse(_ packet: [UInt8]) throws(PacketError) -> (header: IPv4Header, payload: [UInt8]) {
    guard let first = packet.first else { throw .truncated }
    guard first >> 4 == 4 else { throw .version(first >> 4) }
    guard packet.count >= 20 else { throw .truncated }
    let headerLength = Int(first & 0xf) * 4
    let totalLength = Int(packet.word(at: 2))
    guard headerLength >= 20, totalLength >= headerLength else { throw .badLength }
    guard packet.count >= totalLength else { throw .truncated }
    guard InternetChecksum.of(Array(packet[..<headerLength])) == 0 else { throw .checksum }
    guard packet.word(at: 6) & 0x3fff == 0 else { throw .fragment }
    let header = IPv4Header(
      source: IPv4Address(packet.doubleWord(at: 12)), destination: IPv4Address(packet.doubleWord(at: 16)),
      protocolNumber: packet[9], timeToLive: packet[8], identification: packet.word(at: 4))
    return (header, Array(packet[headerLength..<totalLength]))
  }
}
