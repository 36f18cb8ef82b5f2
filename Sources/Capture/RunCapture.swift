// SPDX-License-Identifier: Apache-2.0
import Linux

/// What a capture gives from time to time.
public struct CaptureBatch: Sendable, Equatable {
  /// Packets in the order of their arrival; none when only time has passed.
  public var packets: [CapturedPacket]
  /// Packets that were lost before them, because nobody read them in time.
  public var lost: Int

  /// Creates a batch.
  public init(packets: [CapturedPacket], lost: Int = 0) {
    self.packets = packets
    self.lost = lost
  }
}

/// Captures until the time is up or `take`, which is called at least five times a second, says no. Nothing of the machine changes, and
/// interfaces are not put into promiscuous mode. Needs CAP_NET_RAW.
public func runCapture(
  _ options: CaptureOptions, _ take: @escaping @Sendable (CaptureBatch) -> Bool
) async throws(CaptureError) {
  try await onOwnThread("toa-capture", unstarted: { CaptureError.noThread(errno: $0.errno) }) {
    () throws(CaptureError) in
    var socket = try PacketSocket(options)
    let end = Deadline(milliseconds: (options.seconds ?? 1_000_000_000) * 1000)
    var goesOn = true
    while goesOn, !end.hasPassed {
      let packets = try socket.read(before: end.orAfter(milliseconds: 200))
      goesOn = take(CaptureBatch(packets: packets, lost: socket.lost()))
    }
  }
}
