// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
import Wire

/// A connection of the synthetic load balancer to a real listening socket, whatever the backend makes of it: for captures.
package struct Script: Sendable {
  /// One segment behind the SYN.
  package struct Segment: Sendable {
    /// TCP option bytes.
    package var options: [UInt8]
    /// Bytes of data.
    package var payload: Int
    /// Whether it also ends the balancer's side.
    package var isLast: Bool
    /// Whether it was sent before the data that has overtaken it.
    package var isOvertaken: Bool

    /// Creates a segment.
    package init(options: [UInt8] = [], payload: Int = 0, isLast: Bool = false, isOvertaken: Bool = false) {
      self.options = options
      self.payload = payload
      self.isLast = isLast
      self.isOvertaken = isOvertaken
    }
  }

  /// Whether the connection is made over IPv6.
  package var isV6: Bool
  /// Whether the balancer's address lies inside of the standard trusted prefixes.
  package var isTrusted: Bool
  /// TCP option bytes of the SYN, behind the maximum segment size.
  package var synOptions: [UInt8]
  /// What follows the SYN.
  package var segments: [Segment]

  /// Creates a script.
  package init(isV6: Bool = false, isTrusted: Bool = true, synOptions: [UInt8] = [], _ segments: [Segment]) {
    self.isV6 = isV6
    self.isTrusted = isTrusted
    self.synOptions = synOptions
    self.segments = segments
  }
}

/// A packet that crossed the TUN device.
package struct RecordedPacket: Sendable {
  /// Nanoseconds since 1970.
  package let time: Int64
  /// The packet from its IP header on.
  package let bytes: [UInt8]
}

/// Plays scripts, each with a listening socket of its own, and returns the packets of each. Needs what `runSelfTest` needs.
package func record(_ scripts: [Script]) async throws(SelfTestError) -> [[RecordedPacket]] {
  try await onOwnThread("toa-record", unstarted: SelfTestError.init) { () throws(SelfTestError) in
    try Recorder().play(scripts)
  }
}

private struct Recorder: ~Copyable {
  private let stage: Stage
  private let tape: Tape
  private let balancers = BalancerAddresses(trusted: .standard)

  init() throws(SelfTestError) {
    let tape = Tape()
    stage = try Stage { tape.packets.append($0) }
    self.tape = tape
  }

  func play(_ scripts: [Script]) -> [[RecordedPacket]] {
    scripts.enumerated().map { number, script in
      tape.packets = []
      // What goes wrong is missing in the recording.
      try? play(script, port: 41000 + UInt16(number))
      return tape.packets
    }
  }

  private func play(_ script: Script, port: UInt16) throws(CaseFailure) {
    let family: ListenerFamily = script.isV6 ? .v6 : .v4
    let addresses: TCPPacket.Addresses
    switch script.isTrusted ? balancers.trusted(family) : balancers.untrusted(family) {
    case .v4(let source)?: addresses = .v4(source: source, destination: Stage.address)
    case .v6(let source)?: addresses = .v6(source: source, destination: Stage.addressV6)
    case nil: return
    }
    let deadline = Deadline(milliseconds: 5000)
    let listener = try Listener(family)
    var balancer = SyntheticBalancer(addresses: addresses, port: port, serverPort: listener.port)
    defer { balancer.reset(over: stage.tun) }
    try balancer.open(over: stage.tun, options: script.synOptions, before: deadline)
    for segment in script.segments {
      try balancer.send(
        Scenario.Segment(
          options: segment.options, payload: [UInt8](repeating: 0x78, count: segment.payload),
          isOvertaken: segment.isOvertaken, isLast: segment.isLast), over: stage.tun)
    }
    _ = try listener.accept(before: deadline)
  }
}

/// What the thread of a recorder has seen so far; no other touches it.
private final class Tape {
  var packets: [RecordedPacket] = []
}

extension RecordedPacket {
  /// A packet that crosses now.
  init(now bytes: [UInt8]) {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    self.time = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    self.bytes = bytes
  }
}
