// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import Capture

/// Which segments belong to which beginning of a connection, and when all is known.
struct HandshakeTrackerTests {
  @Test func `a connection that began before the capture is counted and left out`() {
    var wire = Conversation()
    var tracker = HandshakeTracker()
    #expect(tracker.take(wire.sent(.ack, payload: 10)).isEmpty)
    #expect(tracker.finish().isEmpty)
    #expect(tracker.segmentsWithoutSYN == 1)
  }

  @Test func `segments behind a settled handshake are not counted as such`() {
    var wire = Conversation()
    var tracker = HandshakeTracker()
    var done: [Handshake] = []
    done += tracker.take(wire.sent(.syn, sequence: 0)) + tracker.take(wire.answered())
    for _ in 0..<10 { done += tracker.take(wire.sent(.ack, payload: 10)) }
    #expect(done.count == 1)
    #expect(tracker.segmentsWithoutSYN == 0)
  }

  @Test func `a repeated SYN is the same connection, another one with the same ports a new one`() {
    var wire = Conversation()
    let first = [wire.sent(.syn, sequence: 0), wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack)]
    #expect(handshakes(first).count == 1)
    #expect(handshakes(first + [wire.sent(.syn, sequence: 7777)]).count == 2)
  }

  @Test func `the same packet on a second interface does not count as a later one`() {
    var wire = Conversation()
    let all = handshakes([
      wire.sent(.syn, sequence: 0, interface: 2), wire.sent(.syn, sequence: 0, interface: 3), wire.answered(),
      wire.sent(.ack, interface: 2), wire.sent(.ack, options: classic, interface: 3),
    ])
    #expect(all.count == 1)
    #expect(all.first?.later.isEmpty == true)
  }

  @Test func `connections to other ports and those that this host opens are left out`() {
    var wire = Conversation()
    var tracker = HandshakeTracker { $0.port == 443 }
    #expect(tracker.take(wire.sent(.syn, sequence: 0)).isEmpty)
    wire.server.port = 443
    _ = tracker.take(wire.sent(.syn, sequence: 0))
    let own = CapturedSegment(
      time: 0, isOutgoing: true, source: wire.server,
      destination: Endpoint(address: .v4(IPv4Address(10, 0, 0, 2)), port: 443),
      sequence: 0, flags: .syn)
    _ = tracker.take(own)
    #expect(tracker.finish().map(\.server) == [wire.server])
  }

  @Test func `what waits too long is given up on, in order`() {
    var wire = Conversation()
    var tracker = HandshakeTracker()
    let syn = wire.sent(.syn, sequence: 0)
    _ = tracker.take(syn)
    wire.balancer.port += 1
    let other = [wire.sent(.syn, sequence: 0), wire.answered(), wire.sent(.ack)]
    for segment in other { #expect(tracker.take(segment).isEmpty) }
    #expect(tracker.expire(at: wire.time + 500_000_000).isEmpty)
    #expect(tracker.expire(at: wire.time + 1_100_000_000).map(\.balancer.port) == [40_001])
    #expect(tracker.expire(at: syn.time + 5_100_000_000).map(\.balancer.port) == [40_000])
    #expect(tracker.finish().isEmpty)
  }

  @Test func `a flood of SYNs costs bounded memory`() {
    var wire = Conversation()
    var tracker = HandshakeTracker()
    var done = 0
    for number in 0..<(HandshakeTracker.maximumOpen + 1000) {
      wire.balancer = Endpoint(
        address: .v4(IPv4Address(UInt32(0x0a00_0000 + number / 60_000))), port: UInt16(1 + number % 60_000))
      wire.time = 1_000_000_000_000
      done += tracker.take(wire.sent(.syn, sequence: 0)).count
    }
    #expect(done == 1000)
    #expect(tracker.finish().count == HandshakeTracker.maximumOpen)
  }
}
