// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Testing
import ToaKit
import Wire

@testable import Capture

/// Connections that the synthetic load balancer really makes to a listening socket, as a capture has them: what toa says of each, and
/// whether tshark reads the same in the same file.
@Suite(.serialized) struct RecordedTests {
  /// One connection, and what is to be said of it.
  private struct Case {
    let script: Script
    let cause: HandshakeCause
    var place: HandshakeVerdict.Place?
  }

  private static let timestamps: [UInt8] = [1, 1, 8, 10] + [UInt8](repeating: 7, count: 8)
  private static let option = classic
  private static let optionV6 = OptionFormat.classicV6(kind: 254).option(for: clientV6)?.bytes ?? []
  private static let other = OptionFormat.classic(kind: 253).option(for: client)?.bytes ?? []
  private static let filler: [UInt8] = [77, 26] + [UInt8](repeating: 0, count: 24)

  private static let cases: [Case] = [
    Case(script: Script([.init(options: option), .init(payload: 120)]), cause: .delivered, place: .ack),
    Case(script: Script([.init(options: timestamps + option, payload: 9)]), cause: .delivered, place: .ackWithData),
    Case(script: Script([.init(options: option, payload: 9, isLast: true)]), cause: .delivered, place: .ackWithFin),
    Case(script: Script(isV6: true, [.init(options: optionV6)]), cause: .delivered, place: .ack),
    Case(script: Script(isTrusted: false, [.init(options: option)]), cause: .untrusted, place: .ack),
    Case(script: Script(synOptions: option, [.init(), .init(payload: 50)]), cause: .synOnly, place: .syn),
    Case(
      script: Script([.init(payload: 300), .init(options: option, isOvertaken: true)]), cause: .overtaken, place: .later
    ),
    Case(script: Script([.init(), .init(options: option, payload: 300)]), cause: .late, place: .firstData),
    Case(script: Script([.init(options: Array(option.prefix(1)) + [6] + option[2..<6])]), cause: .malformed),
    Case(script: Script([.init(options: [254, 8, 0, 0, 0, 0, 0, 0])]), cause: .malformed),
    Case(script: Script([.init(options: other)]), cause: .otherProfile, place: .ack),
    Case(script: Script([.init(options: timestamps + filler, payload: 30)]), cause: .headerFull),
    Case(script: Script([.init(options: timestamps, payload: 1448)]), cause: .segmentFull),
    Case(script: Script([.init(payload: 200, isLast: true)]), cause: .finWithData),
    Case(script: Script([.init(options: [UInt8](repeating: 1, count: 8)), .init(payload: 5)]), cause: .stripped),
    Case(script: Script([.init(), .init(payload: 5)]), cause: .notSent),
    Case(script: Script([]), cause: .unfinished),
  ]

  private static func packets(_ recorded: [RecordedPacket]) -> [CapturedPacket] {
    recorded.map { CapturedPacket(time: $0.time, link: .raw, bytes: $0.bytes) }
  }

  @Test func `each way in which a real connection can name its client or not is told`() async throws {
    let recordings = try await record(Self.cases.map(\.script))
    for (wanted, recorded) in zip(Self.cases, recordings) {
      let segments = Self.packets(recorded).compactMap(CapturedSegment.init)
      let found = handshakes(segments)
      try #require(found.count == 1, "\(wanted.cause): \(segments)")
      let verdict = HandshakeJudge().judge(found[0])
      #expect(verdict.cause == wanted.cause, "\(verdict.sentence)")
      #expect(verdict.found?.place == wanted.place, "\(verdict.sentence)")
    }
  }

  @Test func `tshark reads the same in the files that are written, field by field`() async throws {
    let packets = Self.packets(try await record(Self.cases.map(\.script)).flatMap { $0 })
    let file = "/tmp/toa-recorded-\(packets.first?.time ?? 0).pcap"
    defer { try? FileRoot().remove(file) }
    try FileRoot().write(file, CaptureFileWriter.header + packets.flatMap(CaptureFileWriter.record), mode: 0o600)
    let fields = [
      "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.seq_raw",
      "tcp.ack_raw", "tcp.flags", "tcp.len", "tcp.hdr_len", "tcp.options", "tcp.options.mss_val",
    ]
    let tshark = try await CommandRunner.live().run(
      Command("tshark", ["-r", file, "-Y", "tcp", "-T", "fields"] + fields.flatMap { ["-e", $0] }))
    #expect(tshark.status == 0, "\(tshark.errorOutput)")
    let lines = tshark.output.split(separator: "\n").map(String.init)
    let segments = packets.compactMap(CapturedSegment.init)
    try #require(lines.count == segments.count)
    try #require(segments.count > 60)
    for (line, segment) in zip(lines, segments) { #expect(line == Self.fields(of: segment)) }
  }

  /// The line that tshark prints of a segment.
  private static func fields(of segment: CapturedSegment) -> String {
    let (seconds, nanoseconds) = segment.time.quotientAndRemainder(dividingBy: 1_000_000_000)
    let fraction = String(nanoseconds)
    let time = "\(seconds).\(String(repeating: "0", count: 9 - fraction.count))\(fraction)"
    let addresses = ["\(segment.source.address)", "\(segment.destination.address)"]
    let isV6 = if case .v6 = segment.source.address { true } else { false }
    let flags = String(segment.flags.rawValue, radix: 16)
    let options = segment.optionBytes.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let words =
      [time] + (isV6 ? ["", ""] + addresses : addresses + ["", ""]) + [
        "\(segment.source.port)", "\(segment.destination.port)", "\(segment.sequence)", "\(segment.acknowledgment)",
        "0x" + String(repeating: "0", count: 4 - flags.count) + flags, "\(segment.payloadLength)",
        "\(segment.optionLength + 20)", options, segment.maximumSegmentSize.map { "\($0)" } ?? "",
      ]
    return words.joined(separator: "\t")
  }
}
