// SPDX-License-Identifier: Apache-2.0

/// The pcapng format (draft-ietf-opsawg-pcapng): blocks of a type, a length, a body and the length again. Sections may differ in byte
/// order; interfaces belong to their section.
struct BlockFormat: Sendable {
  /// What one block gave.
  enum Result {
    case incomplete
    case noPacket
    case packet(CapturedPacket)
  }

  private struct Interface {
    /// Link type, and the number that the file says; nil for one that cannot be read.
    let link: LinkType?
    let number: UInt32
    /// Ticks of its clock in a second.
    let ticksPerSecond: UInt64
    /// Seconds to be added to each time.
    let offset: Int64
    /// Most bytes kept of a packet; 0 is no limit.
    let snapLength: Int
  }

  private static let sectionHeader: UInt32 = 0x0a0d_0d0a
  private var isBigEndian = false
  private var interfaces: [Interface] = []

  /// `magic` as the first four bytes read in network order; it is the same in both.
  init?(magic: UInt32) {
    guard magic == Self.sectionHeader else { return nil }
  }

  /// Reads one block.
  mutating func next(_ queue: inout ByteQueue) throws(CaptureFileError) -> Result {
    guard queue.count >= 12 else { return .incomplete }
    if queue.word(at: 0, isBigEndian: true) == Self.sectionHeader {
      switch queue.word(at: 8, isBigEndian: true) {
      case 0x1a2b_3c4d: isBigEndian = true
      case 0x4d3c_2b1a: isBigEndian = false
      default: throw .format
      }
    }
    let length = queue.word(at: 4, isBigEndian: isBigEndian)
    guard length >= 12, length % 4 == 0, length <= CaptureFileReader.maximumRecord
    else { throw .length(length, at: queue.position + 4) }
    guard queue.count >= Int(length) else { return .incomplete }
    let end = Int(length) - 4
    guard queue.word(at: end, isBigEndian: isBigEndian) == length else {
      throw .length(length, at: queue.position + end)
    }
    defer { queue.drop(Int(length)) }
    switch queue.word(at: 0, isBigEndian: isBigEndian) {
    case Self.sectionHeader:
      guard end >= 24 else { throw .length(length, at: queue.position + 4) }
      let version = queue.half(at: 12, isBigEndian: isBigEndian)
      guard version == 1 else { throw .version(Int(version)) }
      interfaces = []
    case 1: try describeInterface(queue, end)
    case 3: return try simplePacket(queue, end)
    case 6: return try enhancedPacket(queue, end)
    default: break
    }
    return .noPacket
  }

  /// Interface description block. An unknown link type is an error only when a packet of it comes.
  private mutating func describeInterface(_ queue: ByteQueue, _ end: Int) throws(CaptureFileError) {
    guard end >= 16 else { throw .length(UInt32(end + 4), at: queue.position + 4) }
    let number = UInt32(queue.half(at: 8, isBigEndian: isBigEndian))
    var ticks: UInt64 = 1_000_000
    var seconds: Int64 = 0
    var offset = 16
    // Options: code, length, value padded to 32 bits; code 0 ends them.
    while offset + 4 <= end {
      let code = queue.half(at: offset, isBigEndian: isBigEndian)
      let length = Int(queue.half(at: offset + 2, isBigEndian: isBigEndian))
      guard code != 0, offset + 4 + length <= end else { break }
      if code == 9, length == 1, let value = queue.slice((offset + 4)..<(offset + 5)).first {
        ticks = Self.ticksPerSecond(value) ?? ticks
      } else if code == 14, length == 8 {
        let (first, second) = (
          UInt64(queue.word(at: offset + 4, isBigEndian: isBigEndian)),
          UInt64(queue.word(at: offset + 8, isBigEndian: isBigEndian))
        )
        seconds = Int64(bitPattern: isBigEndian ? first << 32 | second : second << 32 | first)
      }
      offset += 4 + (length + 3) / 4 * 4
    }
    interfaces.append(
      Interface(
        link: LinkType(number: number), number: number, ticksPerSecond: ticks, offset: seconds,
        snapLength: Int(queue.word(at: 12, isBigEndian: isBigEndian))))
  }

  /// if_tsresol: a power of ten, or of two when the upper bit is set; nil for one that no 64-bit number holds.
  private static func ticksPerSecond(_ value: UInt8) -> UInt64? {
    let exponent = Int(value & 0x7f)
    if value & 0x80 != 0 { return exponent < 64 ? 1 << UInt64(exponent) : nil }
    return exponent <= 19 ? (0..<exponent).reduce(1) { product, _ in product * 10 } : nil
  }

  private func interface(_ number: UInt32) throws(CaptureFileError) -> (Interface, LinkType) {
    guard number < interfaces.count else { throw .interface(number) }
    let interface = interfaces[Int(number)]
    guard let link = interface.link else { throw .link(interface.number) }
    return (interface, link)
  }

  private func enhancedPacket(_ queue: ByteQueue, _ end: Int) throws(CaptureFileError) -> Result {
    guard end >= 28 else { throw .length(UInt32(end + 4), at: queue.position + 4) }
    let number = queue.word(at: 8, isBigEndian: isBigEndian)
    let (interface, link) = try interface(number)
    let kept = queue.word(at: 20, isBigEndian: isBigEndian)
    guard Int(kept) <= end - 28 else { throw .length(kept, at: queue.position + 20) }
    let ticks =
      UInt64(queue.word(at: 12, isBigEndian: isBigEndian)) << 32 | UInt64(queue.word(at: 16, isBigEndian: isBigEndian))
    return .packet(
      CapturedPacket(
        time: Self.nanoseconds(ticks, interface), link: link, interface: number,
        length: Int(queue.word(at: 24, isBigEndian: isBigEndian)),
        bytes: Array(queue.slice(28..<(28 + Int(kept))))))
  }

  /// A packet of the first interface, without a time.
  private func simplePacket(_ queue: ByteQueue, _ end: Int) throws(CaptureFileError) -> Result {
    let (interface, link) = try interface(0)
    let length = Int(queue.word(at: 8, isBigEndian: isBigEndian))
    let limit = interface.snapLength == 0 ? length : min(length, interface.snapLength)
    let kept = min(limit, end - 12)
    return .packet(
      CapturedPacket(time: 0, link: link, length: length, bytes: Array(queue.slice(12..<(12 + kept)))))
  }

  /// Nanoseconds since 1970; what no 64-bit number holds is cut.
  private static func nanoseconds(_ ticks: UInt64, _ interface: Interface) -> Int64 {
    let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: interface.ticksPerSecond)
    let fraction = interface.ticksPerSecond.dividingFullWidth(rest.multipliedFullWidth(by: 1_000_000_000)).quotient
    let whole = Int64(clamping: seconds).addingReportingOverflow(interface.offset).partialValue
    let product = whole.multipliedReportingOverflow(by: 1_000_000_000)
    return product.overflow ? 0 : product.partialValue.addingReportingOverflow(Int64(clamping: fraction)).partialValue
  }
}
