// SPDX-License-Identifier: Apache-2.0
import Capture
import Host
import SystemPackage
import Testing
import Wire

@testable import ToaKit

/// What `toa capture` shows of connections, by itself or from a file, and how it ends.
struct CaptureScreenTests {
  static let option = OptionFormat.classic(kind: 254)
  static let client = Endpoint(address: .v4(IPv4Address(203, 0, 113, 7)), port: 5555)

  /// The packets of one connection: SYN, SYN/ACK, the segment that completes it.
  static func packets(
    from balancer: IPv4Address = IPv4Address(10, 0, 0, 9), port: UInt16 = 40_000, options: [UInt8] = [],
    payload: Int = 0
  ) -> [CapturedPacket] {
    let server = IPv4Address(10, 0, 0, 1)
    let out = TCPPacket.Addresses.v4(source: balancer, destination: server)
    let back = TCPPacket.Addresses.v4(source: server, destination: balancer)
    let mss = TCPOption.maximumSegmentSize(1460).bytes
    let segments = [
      TCPPacket(
        addresses: out,
        header: TCPHeader(sourcePort: port, destinationPort: 80, sequence: 99, flags: .syn, options: mss)),
      TCPPacket(
        addresses: back,
        header: TCPHeader(
          sourcePort: 80, destinationPort: port, sequence: 999, acknowledgment: 100, flags: [.syn, .ack], options: mss)),
      TCPPacket(
        addresses: out,
        header: TCPHeader(
          sourcePort: port, destinationPort: 80, sequence: 100, acknowledgment: 1000, flags: .ack, options: options),
        payload: [UInt8](repeating: 65, count: payload)),
    ]
    return segments.enumerated().map { index, packet in
      CapturedPacket(time: 1_700_000_000_000_000_000 + Int64(index) * 1_000_000, link: .raw, bytes: packet.bytes)
    }
  }

  /// A system on whose interfaces these packets come, then nothing.
  private static func system(
    _ packets: [CapturedPacket], _ transcript: Transcript, lost: Int = 0, answers: [String: CommandResult] = [:]
  ) -> System {
    var system = System.untouched().with(transcript).with(modules: [:]).with(bpf: .able()).with(answers: answers)
    system.now = { 1_700_000_000 }
    system.capture = { _, take throws(CaptureError) in
      _ = take(CaptureBatch(packets: packets, lost: lost))
      _ = take(CaptureBatch(packets: []))
    }
    return system
  }

  private static func run(
    _ packets: [CapturedPacket], _ options: String = "", lost: Int = 0, answers: [String: CommandResult] = [:]
  ) async -> Screen {
    let transcript = Transcript()
    return await Screen.of("capture" + options, system(packets, transcript, lost: lost, answers: answers), transcript)
  }

  @Test func `a connection with its client is shown, and the exit status is 0`() async {
    let screen = await Self.run(
      Self.packets(options: Self.option.option(for: Self.client)?.bytes ?? []), " --port 80 --seconds 5")
    #expect(
      screen.out == """
        10.0.0.9:40000 -> 10.0.0.1:80  203.0.113.7:5555  254/8 in the ACK names 203.0.113.7:5555

        connections                owner
                  1  client named  -

        Every connection names its client. If applications do not see it, the cause is on this host: toa doctor

        """)
    #expect(screen.err == "Watching port 80 for 5 s.\n")
    #expect(screen.status == 0)
  }

  @Test func `connections from an untrusted source end with the command that trusts it`() async {
    let option = Self.option.option(for: Self.client)?.bytes ?? []
    let packets =
      Self.packets(from: IPv4Address(198, 51, 100, 4), options: option)
      + Self.packets(from: IPv4Address(198, 51, 100, 3), port: 40_001, options: option) + Self.packets(options: option)
    let screen = await Self.run(packets)
    #expect(screen.status == 2)
    #expect(
      screen.out.hasSuffix(
        """
        2 of 3 connections do not give their client (host): 254/8 in the ACK names 203.0.113.7:5555, but 198.51.100.4 is not trusted.
          -> toa install --trust 198.51.100.3,198.51.100.4

        """), "\(screen.out)")
    #expect(await Self.run(packets, " --trust any").status == 0)
  }

  @Test func `a segment without room ends with the change of this host's own route`() async {
    let answers = [
      "ip route show to match 10.0.0.9": CommandResult(
        status: 0,
        output: "default via 10.0.0.254 dev eth0\n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 linkdown\n")
    ]
    let screen = await Self.run(Self.packets(payload: 1456), answers: answers)
    #expect(
      screen.out.contains(
        "  -> ip route change 10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 advmss 1452\n"), "\(screen.out)"
    )
    #expect(screen.out.contains("TCP_MAXSEG, &(int){1452}"))
  }

  @Test func `no connection at all is exit status 77, and lost packets are told`() async {
    let screen = await Self.run([], lost: 12)
    #expect(screen.out == "No connection was opened.\n")
    #expect(screen.err.contains("12 packets were lost"))
    #expect(screen.status == 77)
    let old = await Self.run(Array(Self.packets().suffix(1)))
    #expect(old.out.contains("1 segments belong to connections that were open before"))
  }

  @Test func `JSON has each connection with its segments`() async {
    let screen = await Self.run(Self.packets(options: [1, 1, 1, 254]), " --json")
    for text in [
      #""schema" : "toa.capture/1""#, #""cause" : "malformed""#, #""owner" : "LB team""#, #""client" : null"#,
      #""2/4""#,
      #""malformed" : 1"#,
    ] { #expect(screen.out.contains(text), "\(text) in \(screen.out)") }
    #expect(screen.status == 2)
  }

  @Test func `a file that was captured elsewhere is judged by what is asked for, not by this host`() async throws {
    let tree = try TestTree([:])
    let packets = Self.packets(options: OptionFormat.classic(kind: 253).option(for: Self.client)?.bytes ?? [])
    try tree.root.write("/lb.pcap", CaptureFileWriter.header + packets.flatMap(CaptureFileWriter.record))
    try tree.root.write("/cut.pcap", (CaptureFileWriter.header + packets.flatMap(CaptureFileWriter.record)).dropLast())
    try tree.root.write("/text", Array("hello, world".utf8))
    let transcript = Transcript()
    // Nothing of this host is asked.
    let system = System.untouched().with(transcript).with(files: tree.root)
    let wanted = " --profile default --trust any"
    let other = await Screen.of("capture --read /lb.pcap" + wanted, system, transcript)
    #expect(other.status == 2)
    #expect(other.out.contains("  -> toa install --profile ucloud\n"), "\(other.out)")
    let right = await Screen.of("capture --read /lb.pcap --profile ucloud --trust any", system, transcript)
    #expect(right.status == 0)
    let cut = await Screen.of("capture --read /cut.pcap" + wanted, system, transcript)
    #expect(cut.err.contains("/cut.pcap ends in the middle of a packet"))
    let text = await Screen.of("capture --read /text" + wanted, system, transcript)
    #expect(text.status == 2)
    #expect(text.err.contains("/text cannot be read as a capture file"))
    let none = await Screen.of("capture --read /none" + wanted, system, transcript)
    #expect(none.err.contains("cannot read /none: No such file or directory"))
  }

  @Test func `what was looked at can be kept as a pcap file`() async throws {
    let tree = try TestTree([:])
    let transcript = Transcript()
    let packets = Self.packets()
    let system = Self.system(packets, transcript).with(files: tree.root)
    let screen = await Screen.of("capture --pcap /out.pcap", system, transcript)
    #expect(screen.status == 2)
    #expect(try tree.root.bytes("/out.pcap") == CaptureFileWriter.header + packets.flatMap(CaptureFileWriter.record))
    #expect(tree.root.mode("/out.pcap") == 0o600)
  }

  @Test(arguments: [
    (CaptureError.notOpened(errno: 1), "CAP_NET_RAW is missing", Int32(2)),
    (.notOpened(errno: 97), "this kernel gives no packet socket", 77),
    (.noInterface("eth7"), "no interface called eth7", 64),
  ]) func `why nothing can be captured is told`(error: CaptureError, text: String, status: Int32) async {
    let transcript = Transcript()
    var system = Self.system([], transcript)
    system.capture = { _, _ throws(CaptureError) in throw error }
    let screen = await Screen.of("capture", system, transcript)
    #expect(screen.err.contains(text))
    #expect(screen.status == status)
  }

  @Test(arguments: [
    "--port 0", "--seconds 0", "--count 0", "--read x --seconds 3", "--profile nonsense", "--trust 10/8",
  ])
  func `options that make no sense are refused`(options: String) async {
    #expect(await Self.run([], " " + options).status == 64)
  }
}
