// SPDX-License-Identifier: Apache-2.0
import Wire

@testable import Capture

/// Segments of one connection, as a balancer and a server send them.
struct Conversation {
  var balancer = Endpoint(address: .v4(IPv4Address(10, 0, 0, 9)), port: 40_000)
  var server = Endpoint(address: .v4(IPv4Address(10, 0, 0, 1)), port: 80)
  /// Nanoseconds since 1970 of the next segment.
  var time: Int64 = 1_000_000_000_000

  /// A segment of the balancer; sequence counts from its SYN.
  mutating func sent(
    _ flags: TCPFlags, sequence: UInt32 = 1, options: [UInt8] = [], payload: Int = 0, interface: UInt32 = 0
  ) -> CapturedSegment {
    time += 1_000_000
    return CapturedSegment(
      time: time, interface: interface, source: balancer, destination: server, sequence: 1000 &+ sequence,
      acknowledgment: flags.contains(.ack) ? 5001 : 0, flags: flags, optionBytes: options, payloadLength: payload)
  }

  /// A segment of the server.
  mutating func answered(
    _ flags: TCPFlags = [.syn, .ack], acknowledgment: UInt32 = 1, mss: UInt16? = 1460
  ) -> CapturedSegment {
    time += 1_000_000
    return CapturedSegment(
      time: time, source: server, destination: balancer, sequence: 5000, acknowledgment: 1000 &+ acknowledgment,
      flags: flags, optionBytes: mss.map { TCPOption.maximumSegmentSize($0).bytes } ?? [])
  }
}

/// The clients that options name.
let client = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 34_567)
let clientV6 = Endpoint(address: .v6(IPv6Address(high: 0x2001_0db8 << 32, low: 0x42)), port: 34_567)

/// The bytes of option 254 of length 8 that names `client`.
let classic = OptionFormat.classic(kind: 254).option(for: client)?.bytes ?? []

/// What a tracker makes of segments, to the end of the capture.
func handshakes(_ segments: [CapturedSegment]) -> [Handshake] {
  var tracker = HandshakeTracker()
  return segments.flatMap { tracker.take($0) } + tracker.finish()
}

/// The verdict on the one connection of these segments.
func verdict(
  _ segments: [CapturedSegment], profile: String = "default", trusted: TrustList = .standard
) throws -> HandshakeVerdict? {
  let all = handshakes(segments)
  return all.count == 1
    ? HandshakeJudge(profile: try Profile(parsing: profile), trusted: trusted).judge(all[0]) : nil
}
