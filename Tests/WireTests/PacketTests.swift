// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct PacketTests {
  /// A bare ACK over IPv4 with option 254; made and summed by another program.
  static let bareACK: [UInt8] = [
    0x45, 0x00, 0x00, 0x30,  // version 4, header of 5 words, 48 bytes
    0x00, 0x00, 0x40, 0x00,  // identification 0, don't fragment
    0x40, 0x06, 0x6a, 0xaa,  // 64 hops, TCP, checksum
    0x0a, 0x09, 0x00, 0x02,  // from 10.9.0.2
    0xc6, 0x12, 0x00, 0x01,  // to 198.18.0.1
    0x9c, 0x40, 0x00, 0x50,  // ports 40000, 80
    0x11, 0x22, 0x33, 0x44,  // sequence
    0x55, 0x66, 0x77, 0x88,  // acknowledgment
    0x70, 0x10, 0xff, 0xff,  // header of 7 words, ACK, window 65535
    0xca, 0x6a, 0x00, 0x00,  // checksum, no urgent data
    0xfe, 0x08, 0x87, 0x07,  // option 254/8, port 34567
    0xc0, 0x00, 0x02, 0x4d,  // 192.0.2.77
  ]

  /// A SYN over IPv6 with one byte of data, so that the sum runs over an odd count; made by another program.
  static let synV6: [UInt8] = [
    0x60, 0x00, 0x00, 0x00,  // version 6
    0x00, 0x19, 0x06, 0x40,  // 25 bytes of payload, TCP, 64 hops
    0xfd, 0x74, 0x6f, 0x61, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02,  // from fd74:6f61::2
    0xfd, 0x74, 0x6f, 0x61, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,  // to fd74:6f61::1
    0x9c, 0x4d, 0x01, 0xbb,  // ports 40013, 443
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,  // sequence 1, acknowledgment 0
    0x60, 0x02, 0xff, 0xff,  // header of 6 words, SYN, window 65535
    0xa8, 0xa8, 0x00, 0x00,  // checksum, no urgent data
    0x02, 0x04, 0x05, 0x78,  // maximum segment size 1400
    0x78,  // "x"
  ]

  @Test func `an IPv4 packet is written byte for byte`() {
    let packet = TCPPacket(
      addresses: .v4(source: IPv4Address(10, 9, 0, 2), destination: IPv4Address(198, 18, 0, 1)),
      header: TCPHeader(
        sourcePort: 40000, destinationPort: 80, sequence: 0x1122_3344, acknowledgment: 0x5566_7788, flags: .ack,
        options: [0xfe, 0x08, 0x87, 0x07, 192, 0, 2, 77]))
    #expect(packet.bytes == Self.bareACK)
  }

  @Test func `an IPv6 packet is written byte for byte`() throws {
    let packet = TCPPacket(
      addresses: .v6(
        source: try #require(IPv6Address("fd74:6f61::2")), destination: try #require(IPv6Address("fd74:6f61::1"))),
      header: TCPHeader(
        sourcePort: 40013, destinationPort: 443, sequence: 1, flags: .syn,
        options: TCPOption.maximumSegmentSize(1400).bytes),
      payload: [0x78])
    #expect(packet.bytes == Self.synV6)
  }

  @Test func `a packet reads as what it says`() throws {
    let packet = try TCPPacket(parsing: Self.bareACK)
    #expect(packet.source.description == "10.9.0.2:40000")
    #expect(packet.destination.description == "198.18.0.1:80")
    #expect(packet.header.flags == .ack)
    #expect(packet.payload.isEmpty)
    let client = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 34567)
    #expect(OptionTable.standard.search(packet.header.options) == .client(client, .classic(kind: 254)))
    #expect(try TCPPacket(parsing: Self.synV6).source.description == "[fd74:6f61::2]:40013")
  }

  @Test func `a header with the checksum that was added up by hand is taken`() throws {
    let header: [UInt8] = [
      0x45, 0x00, 0x00, 0x1c, 0x12, 0x34, 0x00, 0x00, 0x40, 0x11, 0, 0, 192, 168, 0, 1, 192, 168, 0, 199,
      1, 2, 3, 4, 5, 6, 7, 8,
    ]
    #expect(throws: PacketError.checksum) { try IPv4Header.parse(header) }
    // 4500 001c 1234 0000 4011 c0a8 0001 c0a8 00c7 add up to 2 1979; 1979 + 2 = 197b, and its complement is e684.
    var summed = header
    summed.replaceSubrange(10..<12, with: [0xe6, 0x84])
    #expect(try IPv4Header.parse(summed).payload == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func `every single changed bit outside of unsummed fields is noticed`() {
    for golden in [Self.bareACK, Self.synV6] {
      for bit in 0..<golden.count * 8 {
        var changed = golden
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        // Traffic class, flow label and hop limit of IPv6 are under no checksum.
        let unsummed = [0..<4, 8..<32, 56..<64]
        let isUnsummed = golden.first == 0x60 && unsummed.contains { $0.contains(bit) }
        #expect(((try? TCPPacket(parsing: changed)) != nil) == isUnsummed, "bit \(bit)")
      }
    }
  }

  @Test(
    arguments: [
      ([], PacketError.truncated),
      ([0x45], .truncated),
      ([0x60], .truncated),
      ([0x25], .version(2)),
      (Array(bareACK.dropLast()), .truncated),
      (Array(synV6.dropLast()), .truncated),
    ] as [([UInt8], PacketError)])
  func `what is no packet is refused`(bytes: [UInt8], error: PacketError) {
    #expect(throws: error) { try TCPPacket(parsing: bytes) }
  }

  @Test func `a fragment and another protocol are told apart`() {
    let header = IPv4Header(
      source: IPv4Address(10, 9, 0, 2), destination: IPv4Address(198, 18, 0, 1), protocolNumber: 17)
    #expect(throws: PacketError.notTCP(17)) { try TCPPacket(parsing: header.packet(payload: [0, 1])) }
    var fragment = Self.bareACK
    fragment[6] = 0x20  // more fragments instead of don't fragment
    fragment[10] = 0x8a  // 0x6aaa + 0x2000
    #expect(throws: PacketError.fragment) { try TCPPacket(parsing: fragment) }
  }

  @Test func `link padding behind a packet is dropped`() throws {
    #expect(try TCPPacket(parsing: Self.bareACK + [0, 0, 0]) == TCPPacket(parsing: Self.bareACK))
    #expect(try TCPPacket(parsing: Self.synV6 + [0, 0, 0]) == TCPPacket(parsing: Self.synV6))
  }
}
