// SPDX-License-Identifier: Apache-2.0

/// The control bits of a TCP header (RFC 9293, 3.1).
public struct TCPFlags: OptionSet, Sendable, Hashable {
  /// The byte at offset 13 of the header.
  public let rawValue: UInt8

  /// Creates a set from that byte.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// No more data from the sender.
  public static let fin = TCPFlags(rawValue: 0x01)
  /// Synchronise sequence numbers.
  public static let syn = TCPFlags(rawValue: 0x02)
  /// Reset the connection.
  public static let rst = TCPFlags(rawValue: 0x04)
  /// Push.
  public static let psh = TCPFlags(rawValue: 0x08)
  /// The acknowledgment number counts.
  public static let ack = TCPFlags(rawValue: 0x10)
}

/// A TCP header (RFC 9293, 3.1). Numbers are in host order here and in network order in the bytes.
public struct TCPHeader: Sendable, Hashable {
  /// Source port.
  public var sourcePort: UInt16
  /// Destination port.
  public var destinationPort: UInt16
  /// Sequence number of the first payload byte, or of the SYN.
  public var sequence: UInt32
  /// Next sequence number expected from the other side.
  public var acknowledgment: UInt32
  /// Control bits.
  public var flags: TCPFlags
  /// Receive window in bytes, unscaled.
  public var window: UInt16
  /// The option bytes as they lie in the header, padding included; they need not make sense.
  public var options: [UInt8]

  /// Creates a header. Options are padded with zero bytes (end of list) to a multiple of 4 and cut at 40 bytes.
  public init(
    sourcePort: UInt16, destinationPort: UInt16, sequence: UInt32, acknowledgment: UInt32 = 0, flags: TCPFlags,
    window: UInt16 = 65535, options: [UInt8] = []
  ) {
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
    self.window = window
    self.options = options
  }

  /// Options as they are sent: padded to 32 bits, at most 40 bytes.
  var paddedOptions: [UInt8] {
    let kept = options.prefix(TCPOptions.capacity)
    return kept + [UInt8](repeating: 0, count: (4 - kept.count % 4) % 4)
  }

  /// Header bytes with the given checksum, a number in host order.
  func bytes(checksum: UInt16) -> [UInt8] {
    let options = paddedOptions
    var bytes = sourcePort.bigEndianBytes
    bytes += destinationPort.bigEndianBytes
    bytes += sequence.bigEndianBytes
    bytes += acknowledgment.bigEndianBytes
    bytes += [UInt8((20 + options.count) / 4) << 4, flags.rawValue]
    bytes += window.bigEndianBytes
    bytes += checksum.bigEndianBytes
    bytes += [0, 0]
    return bytes + options
  }

  /// Reads a segment without looking at its checksum, which covers addresses that are not part of it.
  static func parse(_ segment: [UInt8]) throws(PacketError) -> (header: TCPHeader, payload: [UInt8]) {
    guard segment.count >= 20 else { throw .truncated }
    let length = Int(segment[12] >> 4) * 4
    guard length >= 20 else { throw .badLength }
    guard segment.count >= length else { throw .truncated }
    let header = TCPHeader(
      sourcePort: segment.word(at: 0), destinationPort: segment.word(at: 2), sequence: segment.doubleWord(at: 4),
      acknowledgment: segment.doubleWord(at: 8), flags: TCPFlags(rawValue: segment[13]), window: segment.word(at: 14),
      options: Array(segment[20..<length]))
    return (header, Array(segment[length...]))
  }
}
