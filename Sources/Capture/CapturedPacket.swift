// SPDX-License-Identifier: Apache-2.0

/// What the bytes of a captured packet begin with (https://www.tcpdump.org/linktypes.html).
public enum LinkType: UInt32, Sendable, Hashable {
  /// BSD loopback: four bytes of address family in the writer's byte order.
  case loopback = 0
  /// Ethernet, with or without VLAN tags.
  case ethernet = 1
  /// An IPv4 or IPv6 packet; what this program writes.
  case raw = 101
  /// Linux "any" device.
  case linuxCooked = 113
  /// An IPv4 packet.
  case ipv4 = 228
  /// An IPv6 packet.
  case ipv6 = 229
  /// Linux "any" device, second version.
  case linuxCookedV2 = 276

  /// Reads a number of a capture file; 12 and 14 are what some systems write for `raw`.
  init?(number: UInt32) {
    self.init(rawValue: [12, 14].contains(number) ? 101 : number)
  }
}

/// One packet as it was captured, of which the end may be missing.
public struct CapturedPacket: Sendable, Equatable {
  /// Nanoseconds since 1970.
  public var time: Int64
  /// What the bytes begin with.
  public var link: LinkType
  /// Number of the interface: the kernel's when captured here, the order in the file otherwise.
  public var interface: UInt32
  /// Whether this host sent it; false also where that is not known.
  public var isOutgoing: Bool
  /// Bytes that were on the wire; at least as many as `bytes`.
  public var length: Int
  /// The bytes that were kept.
  public var bytes: [UInt8]

  /// Creates a packet.
  public init(
    time: Int64, link: LinkType, interface: UInt32 = 0, isOutgoing: Bool = false, length: Int? = nil, bytes: [UInt8]
  ) {
    self.time = time
    self.link = link
    self.interface = interface
    self.isOutgoing = isOutgoing || Self.saysOutgoing(link, bytes)
    self.length = max(length ?? bytes.count, bytes.count)
    self.bytes = bytes
  }

  /// Whether a header of the Linux "any" device says that this host sent the packet.
  private static func saysOutgoing(_ link: LinkType, _ bytes: [UInt8]) -> Bool {
    switch link {
    case .linuxCooked: bytes.count >= 2 && bytes.bigEndian16(at: 0) == 4
    case .linuxCookedV2: bytes.count >= 11 && bytes[10] == 4
    default: false
    }
  }

  /// The bytes from the IP header on; nil when the packet is of another protocol or cut off before.
  var internetPacket: ArraySlice<UInt8>? {
    switch link {
    case .raw, .ipv4, .ipv6: bytes[...]
    case .loopback: bytes.dropFirst(4)
    case .linuxCooked: behind(16, typeAt: 14)
    case .linuxCookedV2: behind(20, typeAt: 0)
    case .ethernet: behind(14, typeAt: 12)
    }
  }

  /// What follows a link header of this length, VLAN tags (802.1Q, 802.1ad) skipped, when it is IP.
  private func behind(_ headerLength: Int, typeAt typeOffset: Int) -> ArraySlice<UInt8>? {
    guard bytes.count >= headerLength else { return nil }
    var type = bytes.bigEndian16(at: typeOffset)
    var offset = headerLength
    while [0x8100, 0x88a8].contains(type), bytes.count >= offset + 4 {
      type = bytes.bigEndian16(at: offset + 2)
      offset += 4
    }
    return [0x0800, 0x86dd].contains(type) ? bytes[offset...] : nil
  }
}

extension Collection<UInt8> where Index == Int {
  /// The 16-bit number in network order at an offset from the start, which the caller has checked to lie inside.
  func bigEndian16(at offset: Int) -> UInt16 {
    UInt16(self[startIndex + offset]) << 8 | UInt16(self[startIndex + offset + 1])
  }

  /// The 32-bit number in network order at an offset from the start, which the caller has checked to lie inside.
  func bigEndian32(at offset: Int) -> UInt32 {
    UInt32(bigEndian16(at: offset)) << 16 | UInt32(bigEndian16(at: offset + 2))
  }
}
