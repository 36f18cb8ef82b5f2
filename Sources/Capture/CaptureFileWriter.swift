// SPDX-License-Identifier: Apache-2.0

/// The bytes of a pcap file with nanoseconds, of packets that begin with their IP header (LINKTYPE_RAW), as every reader takes them.
public enum CaptureFileWriter {
  /// Most bytes of one packet.
  public static let snapLength: UInt32 = 262_144

  /// The file's header.
  public static let header: [UInt8] =
    little(0xa1b2_3c4d) + [2, 0, 4, 0] + little(0) + little(0) + little(snapLength) + little(LinkType.raw.rawValue)

  /// The record of a packet, without its link header; empty when it is none of IP.
  public static func record(_ packet: CapturedPacket) -> [UInt8] {
    guard let bytes = packet.internetPacket?.prefix(Int(snapLength)) else { return [] }
    let (seconds, nanoseconds) = packet.time.quotientAndRemainder(dividingBy: 1_000_000_000)
    let missing = packet.length - packet.bytes.count
    return little(UInt32(clamping: seconds)) + little(UInt32(clamping: nanoseconds)) + little(UInt32(bytes.count))
      + little(UInt32(clamping: bytes.count + missing)) + bytes
  }

  private static func little(_ number: UInt32) -> [UInt8] {
    stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
