// SPDX-License-Identifier: Apache-2.0
public import Wire

/// A TCP segment as it was captured. Checksums are not looked at: a network card may fill them in later.
public struct CapturedSegment: Sendable, Hashable {
  /// Nanoseconds since 1970.
  public let time: Int64
  /// Number of the interface.
  public let interface: UInt32
  /// Whether this host sent it; false also where that is not known.
  public let isOutgoing: Bool
  /// Where it comes from.
  public let source: Endpoint
  /// Where it goes.
  public let destination: Endpoint
  /// Hops that it could still go: time to live or hop limit.
  public let hops: UInt8
  /// Sequence number of the first payload byte, or of the SYN.
  public let sequence: UInt32
  /// Next sequence number expected from the other side.
  public let acknowledgment: UInt32
  /// Control bits.
  public let flags: TCPFlags
  /// The option bytes that were kept, padding included.
  public let optionBytes: [UInt8]
  /// The bytes that the header says its options have; more than `optionBytes` when the capture cut the packet.
  public let optionLength: Int
  /// Bytes of data.
  public let payloadLength: Int
  /// Whether it is the first part of a packet that was too long for a link on the way.
  public let isFragment: Bool

  /// Whether the capture cut off some of the options, so that nothing can be said of them.
  public var isCutOff: Bool { optionBytes.count < optionLength }

  /// Reads a packet; nil when it is no TCP, no first fragment, or cut off inside of the fixed TCP header.
  public init?(_ packet: CapturedPacket) {
    guard let bytes = packet.internetPacket, let first = bytes.first else { return nil }
    let (segment, length): (ArraySlice<UInt8>, Int)
    let addresses: (source: IPAddress, destination: IPAddress)
    var isFragment = false
    switch first >> 4 {
    case 4:
      guard bytes.count >= 20, bytes.bigEndian16(at: 6) & 0x1fff == 0, bytes[bytes.startIndex + 9] == 6 else {
        return nil
      }
      let headerLength = Int(first & 0xf) * 4
      let totalLength = Self.totalLength(of: packet, Int(bytes.bigEndian16(at: 2)), bytes)
      guard headerLength >= 20, totalLength >= headerLength else { return nil }
      addresses = (
        .v4(IPv4Address(bytes.bigEndian32(at: 12))), .v4(IPv4Address(bytes.bigEndian32(at: 16)))
      )
      hops = bytes[bytes.startIndex + 8]
      isFragment = bytes.bigEndian16(at: 6) & 0x2000 != 0
      (segment, length) = (bytes.dropFirst(headerLength), totalLength - headerLength)
    case 6:
      guard bytes.count >= 40, let source = IPv6Address(bytes: Array(bytes.dropFirst(8).prefix(16))),
        let destination = IPv6Address(bytes: Array(bytes.dropFirst(24).prefix(16))),
        let headerLength = Self.lengthOfHeadersV6(bytes)
      else { return nil }
      let stated = Int(bytes.bigEndian16(at: 4))
      let totalLength = Self.totalLength(of: packet, stated == 0 ? 0 : stated + 40, bytes)
      guard totalLength >= headerLength else { return nil }
      addresses = (.v6(source), .v6(destination))
      hops = bytes[bytes.startIndex + 7]
      (segment, length) = (bytes.dropFirst(headerLength), totalLength - headerLength)
    default: return nil
    }
    guard segment.count >= 20 else { return nil }
    let headerLength = Int(segment[segment.startIndex + 12] >> 4) * 4
    guard headerLength >= 20, length >= headerLength else { return nil }
    time = packet.time
    interface = packet.interface
    isOutgoing = packet.isOutgoing
    source = Endpoint(address: addresses.source, port: segment.bigEndian16(at: 0))
    destination = Endpoint(address: addresses.destination, port: segment.bigEndian16(at: 2))
    sequence = segment.bigEndian32(at: 4)
    acknowledgment = segment.bigEndian32(at: 8)
    flags = TCPFlags(rawValue: segment[segment.startIndex + 13])
    optionLength = headerLength - 20
    optionBytes = Array(segment.dropFirst(20).prefix(min(optionLength, max(0, length - 20))))
    payloadLength = length - headerLength
    self.isFragment = isFragment
  }

  /// Creates a segment from its parts, for a direction and a moment.
  init(
    time: Int64, interface: UInt32 = 0, isOutgoing: Bool = false, source: Endpoint, destination: Endpoint,
    hops: UInt8 = 64, sequence: UInt32,
    acknowledgment: UInt32 = 0, flags: TCPFlags, optionBytes: [UInt8] = [], payloadLength: Int = 0
  ) {
    self.time = time
    self.interface = interface
    self.isOutgoing = isOutgoing
    self.source = source
    self.destination = destination
    self.hops = hops
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
    self.optionBytes = optionBytes
    optionLength = optionBytes.count
    self.payloadLength = payloadLength
    isFragment = false
  }

  /// Bytes of the IP packet. 0 in the header is what segmentation offload leaves there: then the capture's own length counts.
  private static func totalLength(of packet: CapturedPacket, _ stated: Int, _ bytes: ArraySlice<UInt8>) -> Int {
    stated != 0 ? stated : packet.length - (packet.bytes.count - bytes.count)
  }

  /// Bytes of the fixed IPv6 header and the extension headers (RFC 8200, 4) before TCP; nil when it is no TCP or no first fragment.
  private static func lengthOfHeadersV6(_ bytes: ArraySlice<UInt8>) -> Int? {
    var next = bytes[bytes.startIndex + 6]
    var offset = 40
    while next != 6 {
      guard bytes.count >= offset + 8 else { return nil }
      let here = bytes.startIndex + offset
      switch next {
      case 0, 43, 60: offset += (Int(bytes[here + 1]) + 1) * 8
      case 44:
        guard bytes.bigEndian16(at: offset + 2) & 0xfff8 == 0 else { return nil }
        offset += 8
      case 51: offset += (Int(bytes[here + 1]) + 2) * 4
      default: return nil
      }
      next = bytes[here]
    }
    return offset
  }
}
