// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import Wire

/// One capture while it runs: from packets to lines.
struct CaptureSession {
  private let system: System
  private let console: Console
  private let request: CaptureRequest
  private let judge: HandshakeJudge
  private let ports: Set<UInt16>
  private var tracker: HandshakeTracker
  private(set) var totals = CaptureTotals()
  private(set) var connections: [CaptureDocument.Connection] = []
  private(set) var lost = 0
  /// Packets that came in fragments.
  private(set) var fragments = 0

  init(_ system: System, _ console: Console, _ request: CaptureRequest, _ judge: HandshakeJudge) {
    self.system = system
    self.console = console
    self.request = request
    self.judge = judge
    let ports = Set(request.ports)
    self.ports = ports
    tracker = HandshakeTracker { ports.isEmpty || ports.contains($0.port) }
  }

  /// Whether as many connections were seen as were asked for.
  var hasEnough: Bool { request.count.map { totals.complete >= $0 } ?? false }

  var segmentsWithoutSYN: Int { tracker.segmentsWithoutSYN }

  /// Makes the pcap file, before the first packet: a wrong name is told at once.
  func begin() throws(ToaError) {
    guard let path = pcapPath else { return }
    try writing(path) { () throws(FileError) in try system.files.write(path, CaptureFileWriter.header, mode: 0o600) }
  }

  mutating func take(_ batch: CaptureBatch) throws(ToaError) {
    lost += batch.lost
    try take(batch.packets)
    // Nothing comes any more for some of them.
    if batch.packets.isEmpty { show(tracker.expire(at: system.now() * 1_000_000_000)) }
  }

  mutating func take(_ packets: [CapturedPacket]) throws(ToaError) {
    if let path = pcapPath, !packets.isEmpty {
      let records = packets.flatMap(CaptureFileWriter.record)
      try writing(path) { () throws(FileError) in try system.files.append(path, records) }
    }
    for packet in packets {
      guard let segment = CapturedSegment(packet) else { continue }
      if segment.isFragment, !segment.isOutgoing, accepts(segment.destination.port) { fragments += 1 }
      show(tracker.take(segment))
      if hasEnough { return }
    }
  }

  /// The capture is over.
  mutating func end() throws(ToaError) {
    if !hasEnough { show(tracker.finish()) }
  }

  private func accepts(_ port: UInt16) -> Bool { ports.isEmpty || ports.contains(port) }

  private var pcapPath: String? { request.pcap.map(absolutePath) }

  private func writing(_ path: String, _ write: () throws(FileError) -> Void) throws(ToaError) {
    do throws(FileError) {
      try write()
    } catch {
      throw ToaError(.refused, "the capture file cannot be written", why: "\(error)", next: ["toa capture --pcap FILE"])
    }
  }

  private mutating func show(_ handshakes: [Handshake]) {
    for handshake in handshakes where !hasEnough {
      let verdict = judge.judge(handshake)
      totals.add(handshake, verdict, judge.profile)
      if console.json { connections.append(CaptureDocument.Connection(handshake, verdict)) }
      let style: Console.Style = verdict.cause == .delivered ? .good : verdict.cause.isComplete ? .bad : .faint
      let client = verdict.found.map { "\($0.client)" } ?? "-"
      console.print(
        "\(handshake.balancer) -> \(handshake.server)  \(console.styled(client, style))  \(verdict.sentence)")
    }
  }
}
