// SPDX-License-Identifier: Apache-2.0

/// Reads a capture file that comes in pieces: pcap in either byte order with micro- or nanoseconds, and pcapng
/// (draft-ietf-opsawg-pcapng). Keeps what is not a whole record yet, never more than one record and one piece.
public struct CaptureFileReader: Sendable {
  /// The longest record that is read, as in libpcap; a longer one is damage.
  static let maximumRecord: UInt32 = 16 << 20

  private enum State {
    case start
    case classic(ClassicFormat)
    case blocks(BlockFormat)
  }

  private var state = State.start
  private var pending = ByteQueue()

  /// Creates a reader.
  public init() {}

  /// Takes the next bytes of the file and returns the packets that are whole by now.
  public mutating func read(_ piece: some Sequence<UInt8>) throws(CaptureFileError) -> [CapturedPacket] {
    pending.append(piece)
    var packets: [CapturedPacket] = []
    while true {
      switch state {
      case .start:
        guard pending.count >= 4 else { return packets }
        if let format = BlockFormat(magic: pending.word(at: 0, isBigEndian: true)) {
          state = .blocks(format)
        } else if let format = ClassicFormat(magic: pending.word(at: 0, isBigEndian: true)) {
          state = .classic(format)
        } else {
          throw .format
        }
      case .classic(var format):
        guard let packet = try format.next(&pending) else {
          state = .classic(format)
          return packets
        }
        state = .classic(format)
        packets.append(packet)
      case .blocks(var format):
        let result = try format.next(&pending)
        state = .blocks(format)
        switch result {
        case .incomplete: return packets
        case .noPacket: continue
        case .packet(let packet): packets.append(packet)
        }
      }
    }
  }

  /// Bytes at the end of the file that are no whole record: a capture that was cut off.
  public var leftOver: Int { pending.count }
}

/// Bytes that come at the end and go at the front.
struct ByteQueue: Sendable {
  private var bytes: [UInt8] = []
  private var start = 0
  /// Bytes of the file before the front.
  private(set) var position = 0

  var count: Int { bytes.count - start }

  mutating func append(_ piece: some Sequence<UInt8>) {
    bytes.removeFirst(start)
    start = 0
    bytes += piece
  }

  mutating func drop(_ count: Int) {
    start += count
    position += count
  }

  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    bytes[(start + range.lowerBound)..<(start + range.upperBound)]
  }

  /// The 32-bit number at an offset from the front.
  func word(at offset: Int, isBigEndian: Bool) -> UInt32 {
    let value = bytes.bigEndian32(at: start + offset)
    return isBigEndian ? value : value.byteSwapped
  }

  /// The 16-bit number at an offset from the front.
  func half(at offset: Int, isBigEndian: Bool) -> UInt16 {
    let value = bytes.bigEndian16(at: start + offset)
    return isBigEndian ? value : value.byteSwapped
  }
}

/// The pcap format: a header of 24 bytes, then records of 16 bytes and the packet.
struct ClassicFormat: Sendable {
  private let isBigEndian: Bool
  private let nanosecondsPerTick: Int64
  private var link: LinkType?

  /// `magic` as the first four bytes read in network order.
  init?(magic: UInt32) {
    switch magic {
    case 0xa1b2_c3d4: (isBigEndian, nanosecondsPerTick) = (true, 1000)
    case 0xd4c3_b2a1: (isBigEndian, nanosecondsPerTick) = (false, 1000)
    case 0xa1b2_3c4d: (isBigEndian, nanosecondsPerTick) = (true, 1)
    case 0x4d3c_b2a1: (isBigEndian, nanosecondsPerTick) = (false, 1)
    default: return nil
    }
  }

  /// The next packet; nil when it is not whole yet.
  mutating func next(_ queue: inout ByteQueue) throws(CaptureFileError) -> CapturedPacket? {
    if link == nil {
      guard queue.count >= 24 else { return nil }
      let version = queue.half(at: 4, isBigEndian: isBigEndian)
      guard version == 2 else { throw .version(Int(version)) }
      // The upper bits say how long the frame check sequence is.
      let number = queue.word(at: 20, isBigEndian: isBigEndian) & 0xffff
      guard let link = LinkType(number: number) else { throw .link(number) }
      self.link = link
      queue.drop(24)
    }
    guard let link, queue.count >= 16 else { return nil }
    let kept = queue.word(at: 8, isBigEndian: isBigEndian)
    guard kept <= CaptureFileReader.maximumRecord else { throw .length(kept, at: queue.position + 8) }
    guard queue.count >= 16 + Int(kept) else { return nil }
    let seconds = Int64(queue.word(at: 0, isBigEndian: isBigEndian))
    let ticks = Int64(queue.word(at: 4, isBigEndian: isBigEndian))
    let packet = CapturedPacket(
      time: seconds * 1_000_000_000 + ticks * nanosecondsPerTick, link: link,
      length: Int(queue.word(at: 12, isBigEndian: isBigEndian)), bytes: Array(queue.slice(16..<(16 + Int(kept)))))
    queue.drop(16 + Int(kept))
    return packet
  }
}
