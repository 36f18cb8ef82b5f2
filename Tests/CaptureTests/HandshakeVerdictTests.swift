// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import Capture

/// Each way in which a connection can or cannot name its client.
struct HandshakeVerdictTests {
  @Test func `an option on the bare ACK names the client`() throws {
    var wire = Conversation()
    let found = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: classic), wire.sent(.ack, payload: 100),
    ])
    #expect(found?.cause == .delivered)
    #expect(found?.found == HandshakeVerdict.Found(client: client, format: .classic(kind: 254), place: .ack))
    #expect(found?.sentence == "254/8 in the ACK names 192.0.2.77:34567")
  }

  @Test(
    arguments: [
      (TCPFlags([.ack, .psh]), HandshakeVerdict.Place.ackWithData), (TCPFlags([.ack, .psh, .fin]), .ackWithFin),
    ] as [(TCPFlags, HandshakeVerdict.Place)])
  func `an option on the data that completes the handshake names the client`(
    flags: TCPFlags, place: HandshakeVerdict.Place
  ) throws {
    var wire = Conversation()
    let found = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(flags, options: classic, payload: 100),
    ])
    #expect(found?.cause == .delivered)
    #expect(found?.found?.place == place)
  }

  @Test func `the source has to be trusted`() throws {
    var wire = Conversation()
    wire.balancer = Endpoint(address: .v4(IPv4Address(203, 0, 113, 9)), port: 40_000)
    let segments = [wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: classic)]
    #expect(try verdict(segments)?.cause == .untrusted)
    #expect(try verdict(segments)?.sentence.hasSuffix("but 203.0.113.9 is not trusted") == true)
    #expect(try verdict(segments, trusted: .any)?.cause == .delivered)
  }

  @Test func `an IPv4 balancer of a dual-stack socket is judged as IPv4`() throws {
    var wire = Conversation()
    wire.balancer = Endpoint(address: .v6(IPv6Address(high: 0, low: 0xffff_0a00_0009)), port: 40_000)
    wire.server = Endpoint(address: .v6(IPv6Address(high: 0, low: 0xffff_0a00_0001)), port: 80)
    let segments = [wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: classic)]
    #expect(try verdict(segments)?.cause == .delivered)
  }

  @Test func `an option in the SYN alone counts only where the profile reads it`() throws {
    var wire = Conversation()
    let segments = [
      wire.sent(.syn, sequence: 0, options: classic), wire.answered(), wire.sent(.ack), wire.sent(.ack, payload: 5),
    ]
    #expect(try verdict(segments)?.cause == .synOnly)
    #expect(try verdict(segments, profile: "default,syn")?.cause == .delivered)
  }

  @Test func `with Fast Open the SYN makes the socket, and its option counts`() throws {
    var wire = Conversation()
    let segments = [
      wire.sent(.syn, sequence: 0, options: [34, 2] + classic, payload: 20), wire.answered(acknowledgment: 21),
      wire.sent(.ack, sequence: 21),
    ]
    #expect(try verdict(segments)?.cause == .delivered)
    #expect(try verdict(segments)?.found?.place == .syn)
  }

  @Test func `data that overtakes the ACK takes its option away`() throws {
    var wire = Conversation()
    let segments = [
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent([.ack, .psh], payload: 300),
      wire.sent(.ack, options: classic),
    ]
    #expect(try verdict(segments)?.cause == .overtaken)
    #expect(try verdict(segments, profile: "default,late")?.cause == .delivered)
  }

  @Test func `an option behind a bare ACK without one is late`() throws {
    var wire = Conversation()
    let segments = [
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack),
      wire.sent([.ack, .psh], options: classic, payload: 300),
    ]
    let found = try verdict(segments)
    #expect(found?.cause == .late)
    #expect(found?.found?.place == .firstData)
    #expect(try verdict(segments, profile: "default,late")?.cause == .delivered)
  }

  @Test(arguments: [
    ([254, 6, 0x87, 0x07, 192, 0], "an option of kind 254 has a length of 6"),
    ([254, 8, 0, 0, 0, 0, 0, 0], "254/8 names an address or a port that no client has"),
    ([1, 1, 254, 30], "an option of kind 254 has a length of 30"),
    ([1, 1, 1, 254], "an option of kind 254 is cut off by the end of the header"),
  ]) func `bytes that name no client are told`(options: [UInt8], sentence: String) throws {
    var wire = Conversation()
    let found = try verdict([wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: options)])
    #expect(found?.cause == .malformed)
    #expect(found?.sentence == sentence)
  }

  @Test func `an option of another vendor names the profile that reads it`() throws {
    var wire = Conversation()
    let segments = [
      wire.sent(.syn, sequence: 0), wire.answered(),
      wire.sent(.ack, options: OptionFormat.classic(kind: 253).option(for: client)?.bytes ?? []),
    ]
    let found = try verdict(segments)
    #expect(found?.cause == .otherProfile)
    #expect(found?.sentence.hasSuffix("profile ucloud reads it") == true)
    #expect(try verdict(segments, profile: "ucloud")?.cause == .delivered)
  }

  @Test func `a full header has no room`() throws {
    var wire = Conversation()
    let timestamps: [UInt8] = [1, 1, 8, 10] + [UInt8](repeating: 7, count: 8)
    let other: [UInt8] = [77, 28] + [UInt8](repeating: 0, count: 26)
    let found = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: timestamps + other),
    ])
    #expect(found?.cause == .headerFull)
    #expect(
      found?.sentence
        == "40 of 40 option bytes are used (timestamps 10, kind 77 28, padding 2), and an option needs 8")
    // Eight bytes are enough, so 32 are not full.
    let room = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(),
      wire.sent(.ack, options: timestamps + other.prefix(1) + [20] + other[2..<20]),
    ])
    #expect(room?.cause == .notSent)
  }

  @Test func `a segment at the MSS has no room`() throws {
    var wire = Conversation()
    let timestamps: [UInt8] = [1, 1, 8, 10] + [UInt8](repeating: 7, count: 8)
    func completedBy(_ payload: Int) throws -> HandshakeVerdict? {
      try verdict([
        wire.sent(.syn, sequence: 0), wire.answered(), wire.sent([.ack, .psh], options: timestamps, payload: payload),
      ])
    }
    let full = try completedBy(1444)
    #expect(full?.cause == .segmentFull)
    #expect(full?.bytesNeeded == 8)
    #expect(
      full?.sentence
        == "the handshake was completed by 1444 bytes of data and 12 of options: 4 bytes under the MSS of 1460, and an option needs 8"
    )
    #expect(try completedBy(1440)?.cause == .notSent)
    #expect(try completedBy(1441)?.cause == .segmentFull)
  }

  @Test func `a FIN with the first data is told`() throws {
    var wire = Conversation()
    let found = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent([.ack, .psh, .fin], payload: 200),
    ])
    #expect(found?.cause == .finWithData)
  }

  @Test func `padding as long as an option was one`() throws {
    var wire = Conversation()
    let found = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: [UInt8](repeating: 1, count: 8)),
    ])
    #expect(found?.cause == .stripped)
    // Two before the timestamps are what every host sends.
    let usual = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(),
      wire.sent(.ack, options: [1, 1, 8, 10] + [UInt8](repeating: 1, count: 8)),
    ])
    #expect(usual?.cause == .notSent)
  }

  @Test func `no option at all is told with the room that there was`() throws {
    var wire = Conversation()
    let found = try verdict([
      wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack), wire.sent(.ack, payload: 3),
    ])
    #expect(found?.cause == .notSent)
    #expect(found?.sentence == "no option in the SYN, the ACK or behind it, with 40 of 40 bytes free")
    #expect(found?.cause.owner == .loadBalancer)
  }

  @Test func `handshakes that end early say where`() throws {
    var wire = Conversation()
    #expect(try verdict([wire.sent(.syn, sequence: 0)])?.sentence == "the server sent no SYN/ACK")
    #expect(
      try verdict([wire.sent(.syn, sequence: 0), wire.answered([.rst, .ack], mss: nil)])?.sentence
        == "the server refused the connection: nothing listens on port 80")
    let probe = try verdict([wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.rst)])
    #expect(probe?.cause == .unfinished)
    #expect(probe?.sentence.contains("reset by the other side") == true)
  }

  @Test func `IPv6 needs more room`() throws {
    var wire = Conversation()
    wire.balancer = Endpoint(address: .v6(IPv6Address(high: 0xfd00 << 48, low: 9)), port: 40_000)
    wire.server = Endpoint(address: .v6(IPv6Address(high: 0xfd00 << 48, low: 1)), port: 80)
    let option = OptionFormat.classicV6(kind: 254).option(for: clientV6)?.bytes ?? []
    #expect(
      try verdict([wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: option)])?.found?.client
        == clientV6)
    let other: [UInt8] = [77, 24] + [UInt8](repeating: 0, count: 22)
    let full = try verdict([wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack, options: other)])
    #expect(full?.cause == .headerFull)
    #expect(full?.sentence.hasSuffix("an option needs 20") == true)
  }
}
