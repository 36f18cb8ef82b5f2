// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import Capture

/// Capture files of all the kinds that are read, whole and in pieces, and files that are none.
struct CaptureFileTests {
  private static let packet = TCPPacket(
    addresses: .v4(source: IPv4Address(10, 0, 0, 9), destination: IPv4Address(10, 0, 0, 1)),
    header: TCPHeader(sourcePort: 40_000, destinationPort: 80, sequence: 7, flags: .syn)
  ).bytes
  private static let ethernet: [UInt8] = [UInt8](repeating: 2, count: 12) + [8, 0] + packet

  /// A number as bytes, least significant first unless told otherwise.
  private static func word(_ number: UInt32, big: Bool = false) -> [UInt8] {
    let bytes = stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) }
    return big ? bytes.reversed() : bytes
  }

  private static func classic(magic: UInt32, link: UInt32, fraction: UInt32, big: Bool, _ bytes: [UInt8]) -> [UInt8] {
    var file = word(magic, big: big) + (big ? [0, 2, 0, 4] : [2, 0, 4, 0])
    for number in [0, 0, 65_535, link, 1_700_000_000, fraction, UInt32(bytes.count), 1500] {
      file += word(number, big: big)
    }
    return file + bytes
  }

  private static func block(_ type: UInt32, _ body: [UInt8], big: Bool = false) -> [UInt8] {
    let length = word(UInt32(body.count + 12), big: big)
    return word(type, big: big) + length + body + length
  }

  private static func section(big: Bool = false) -> [UInt8] {
    block(
      0x0a0d_0d0a,
      word(0x1a2b_3c4d, big: big) + (big ? [0, 1, 0, 0] : [1, 0, 0, 0]) + [UInt8](repeating: 0xff, count: 8), big: big)
  }

  private static func interface(link: UInt8, options: [UInt8] = []) -> [UInt8] {
    block(1, [link, 0, 0, 0] + word(0) + options)
  }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }

  private static func enhanced(_ number: UInt32, time: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    block(
      6,
      word(number) + word(UInt32(time >> 32)) + word(UInt32(truncatingIfNeeded: time)) + word(UInt32(bytes.count))
        + word(1500) + padded(bytes))
  }

  private func read(_ file: [UInt8], pieces: Int = 1 << 20) throws(CaptureFileError) -> [CapturedPacket] {
    var reader = CaptureFileReader()
    var packets: [CapturedPacket] = []
    for start in stride(from: 0, to: file.count, by: pieces) {
      packets += try reader.read(file[start..<min(start + pieces, file.count)])
    }
    return packets
  }

  @Test(arguments: [
    (UInt32(0xa1b2_c3d4), UInt32(250_000), false), (0xa1b2_c3d4, 250_000, true), (0xa1b2_3c4d, 250_000_000, false),
    (0xa1b2_3c4d, 250_000_000, true),
  ]) func `pcap is read in both byte orders and both units of time`(magic: UInt32, fraction: UInt32, big: Bool) throws {
    let file = Self.classic(magic: magic, link: 1, fraction: fraction, big: big, Self.ethernet)
    let packets = try read(file)
    #expect(
      packets == [CapturedPacket(time: 1_700_000_000_250_000_000, link: .ethernet, length: 1500, bytes: Self.ethernet)])
    #expect(try read(file, pieces: 1) == packets)
    #expect(packets.compactMap(CapturedSegment.init).map(\.destination.port) == [80])
  }

  @Test func `pcapng is read with several interfaces, units of time and sections`() throws {
    let nanoseconds: [UInt8] = [9, 0, 1, 0, 9, 0, 0, 0]
    let powerOfTwo: [UInt8] = [9, 0, 1, 0, 0x8a, 0, 0, 0, 0, 0, 0, 0]
    var file = Self.section() + Self.interface(link: 1) + Self.interface(link: 101, options: nanoseconds)
    file += Self.enhanced(0, time: 1_700_000_000_250_000, Self.ethernet)
    file += Self.enhanced(1, time: 1_700_000_000_250_000_001, Self.packet)
    file +=
      Self.block(4, [0, 0, 0, 0]) + Self.block(3, Self.word(UInt32(Self.ethernet.count)) + Self.padded(Self.ethernet))
    file += Self.section() + Self.interface(link: 101, options: powerOfTwo) + Self.enhanced(0, time: 1536, Self.packet)
    let packets = try read(file)
    #expect(packets.map(\.time) == [1_700_000_000_250_000_000, 1_700_000_000_250_000_001, 0, 1_500_000_000])
    #expect(packets.map(\.link) == [.ethernet, .raw, .ethernet, .raw])
    #expect(packets.map(\.interface) == [0, 1, 0, 0])
    #expect(packets.compactMap(CapturedSegment.init).count == 4)
    #expect(try read(file, pieces: 3) == packets)
  }

  @Test func `pcapng is read in the other byte order`() throws {
    let interface = Self.block(1, [0, 101, 0, 0] + Self.word(0), big: true)
    let body =
      Self.word(0, big: true) + Self.word(0, big: true) + Self.word(5_000_000, big: true)
      + Self.word(UInt32(Self.packet.count), big: true) + Self.word(1500, big: true) + Self.padded(Self.packet)
    let packets = try read(Self.section(big: true) + interface + Self.block(6, body, big: true))
    #expect(packets.map(\.time) == [5_000_000_000])
    #expect(packets.map(\.bytes) == [Self.packet])
  }

  @Test func `what is no capture file, or a damaged one, is told`() throws {
    #expect(throws: CaptureFileError.format) { try read(Array("GET / HTTP/1.0".utf8)) }
    #expect(throws: CaptureFileError.link(105)) {
      try read(Self.classic(magic: 0xa1b2_c3d4, link: 105, fraction: 0, big: false, []))
    }
    var huge = Self.classic(magic: 0xa1b2_c3d4, link: 1, fraction: 0, big: false, [])
    huge.replaceSubrange(32..<36, with: Self.word(.max))
    #expect(throws: CaptureFileError.length(.max, at: 32)) { try read(huge) }
    #expect(throws: CaptureFileError.interface(0)) { try read(Self.section() + Self.enhanced(0, time: 0, [])) }
    #expect(throws: CaptureFileError.link(105)) {
      try read(Self.section() + Self.interface(link: 105) + Self.enhanced(0, time: 0, []))
    }
    #expect(throws: CaptureFileError.length(13, at: 4)) {
      try read(Self.word(0x0a0d_0d0a) + Self.word(13) + Self.word(0x1a2b_3c4d))
    }
    var wrong = Self.section()
    wrong[wrong.count - 4] = 99
    #expect(throws: CaptureFileError.length(28, at: 24)) { try read(wrong) }
  }

  @Test func `random damage gives packets or an error, nothing else`() {
    var generator = SystemRandomNumberGenerator()
    let file = Self.section() + Self.interface(link: 1) + Self.enhanced(0, time: 9, Self.ethernet)
    let old = Self.classic(magic: 0xa1b2_3c4d, link: 101, fraction: 1, big: true, Self.packet)
    for _ in 0..<20_000 {
      var bytes = Bool.random(using: &generator) ? file : old
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      for packet in (try? read(bytes, pieces: 17)) ?? [] { _ = CapturedSegment(packet)?.optionUse }
    }
  }

  @Test func `what is written reads back`() throws {
    let packets = [
      CapturedPacket(time: 1_700_000_000_123_456_789, link: .ethernet, length: 1514, bytes: Self.ethernet),
      CapturedPacket(time: 1_700_000_001_000_000_000, link: .raw, bytes: Self.packet),
    ]
    let file = CaptureFileWriter.header + packets.flatMap(CaptureFileWriter.record)
    let back = try read(file)
    #expect(back.map(\.bytes) == [Self.packet, Self.packet])
    #expect(back.map(\.length) == [1500, Self.packet.count])
    #expect(back.map(\.time) == packets.map(\.time))
  }

  @Test func `VLAN tags, cooked headers and IPv6 extension headers are passed over`() throws {
    let tagged = Self.ethernet.prefix(12) + [0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 8, 0] + Self.packet
    let cooked: [UInt8] = [0, 4, 0, 1, 0, 6] + [UInt8](repeating: 0, count: 8) + [8, 0] + Self.packet
    let cooked2: [UInt8] =
      [8, 0, 0, 0] + [UInt8](repeating: 0, count: 6) + [0, 6] + [UInt8](repeating: 0, count: 8) + Self.packet
    for (link, bytes, outgoing) in [
      (LinkType.ethernet, Array(tagged), false), (.linuxCooked, cooked, true), (.linuxCookedV2, cooked2, false),
      (.loopback, [2, 0, 0, 0] + Self.packet, false),
    ] {
      let segment = CapturedSegment(CapturedPacket(time: 0, link: link, bytes: bytes))
      #expect(segment?.source.description == "10.0.0.9:40000", "\(link)")
      #expect(segment?.isOutgoing == outgoing, "\(link)")
    }
    let six = TCPPacket(
      addresses: .v6(source: IPv6Address(high: 1 << 60, low: 9), destination: IPv6Address(high: 1 << 60, low: 1)),
      header: TCPHeader(sourcePort: 1, destinationPort: 2, sequence: 0, flags: .syn), payload: [1, 2, 3]
    ).bytes
    var extended = six
    extended[6] = 60
    extended[5] += 8
    extended.insert(contentsOf: [6, 0, 1, 4, 0, 0, 0, 0], at: 40)
    for bytes in [six, extended] {
      #expect(CapturedSegment(CapturedPacket(time: 0, link: .raw, bytes: bytes))?.payloadLength == 3)
    }
  }

  @Test func `lengths hold for cut packets, and cut options are told`() {
    let whole = TCPPacket(
      addresses: .v4(source: IPv4Address(10, 0, 0, 9), destination: IPv4Address(10, 0, 0, 1)),
      header: TCPHeader(
        sourcePort: 1, destinationPort: 2, sequence: 0, flags: .ack, options: [UInt8](repeating: 1, count: 12)),
      payload: [UInt8](repeating: 0, count: 500)
    ).bytes
    let cut = CapturedSegment(CapturedPacket(time: 0, link: .raw, length: whole.count, bytes: Array(whole.prefix(60))))
    #expect(cut?.payloadLength == 500)
    #expect(cut?.isCutOff == false)
    let short = CapturedSegment(
      CapturedPacket(time: 0, link: .raw, length: whole.count, bytes: Array(whole.prefix(44))))
    #expect(short?.isCutOff == true)
    #expect(CapturedSegment(CapturedPacket(time: 0, link: .raw, bytes: Array(whole.prefix(39)))) == nil)
  }
}
