// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
package import Linux

/// A packet(7) socket that gets the headers of TCP packets. Needs CAP_NET_RAW.
package struct PacketSocket: ~Copyable {
  private let descriptor: Descriptor
  /// Number of the loopback device, on which each packet is seen twice.
  private let loopback: UInt32
  private var buffer = [UInt8](repeating: 0, count: Int(PacketFilter.keptBytes))

  package init(_ options: CaptureOptions) throws(CaptureError) {
    descriptor = Descriptor(try Self.open(options))
    loopback = unsafe if_nametoindex("lo")
  }

  private static func open(_ options: CaptureOptions) throws(CaptureError) -> Int32 {
    var index: UInt32 = 0
    if let interface = options.interface {
      index = unsafe if_nametoindex(interface)
      guard index != 0 else { throw .noInterface(interface) }
    }
    let filter = PacketFilter(ports: options.ports).instructions
    let number = unsafe clinux_open_packet_socket(filter, UInt16(filter.count), index)
    guard number >= 0 else { throw .notOpened(errno: -number) }
    return number
  }

  /// Waits for packets until the deadline and returns those that are there, at most `limit`.
  package mutating func read(before deadline: Deadline, limit: Int = 1024) throws(CaptureError) -> [CapturedPacket] {
    guard descriptor.waitUntilReadable(before: deadline) else { return [] }
    var packets: [CapturedPacket] = []
    while packets.count < limit {
      var about = clinux_packet()
      let (number, capacity) = (descriptor.number, buffer.count)
      let count = unsafe clinux_receive_packet(number, &buffer, capacity, &about)
      if count == -Int(EINTR) { continue }
      if count == -Int(EAGAIN) { break }
      // An interface that goes down is told once; the others go on.
      if count == -Int(ENETDOWN) { continue }
      guard count >= 0 else { throw .notRead(errno: Int32(-count)) }
      let isOutgoing = about.type == UInt8(PACKET_OUTGOING)
      if isOutgoing, about.interface == loopback { continue }
      packets.append(
        CapturedPacket(
          time: about.time, link: .raw, interface: about.interface, isOutgoing: isOutgoing, length: Int(about.length),
          bytes: Array(buffer[..<count])))
    }
    return packets
  }

  /// The descriptor, to wait for together with others.
  package var number: Int32 { descriptor.number }

  /// Packets that were lost since the last call, because they were not read in time.
  func lost() -> Int { max(0, Int(clinux_lost_packets(descriptor.number))) }
}

/// What to capture.
public struct CaptureOptions: Sendable, Equatable {
  /// The ports of either side; none means all. At most 64.
  public var ports: [UInt16]
  /// Name of the interface; nil means all.
  public var interface: String?
  /// When to stop; nil means never.
  public var seconds: Int?

  /// Creates options.
  public init(ports: [UInt16] = [], interface: String? = nil, seconds: Int? = nil) {
    self.ports = ports
    self.interface = interface
    self.seconds = seconds
  }

  /// Most ports of one capture.
  public static let maximumPorts = PacketFilter.maximumPorts
}

/// Why nothing can be captured here.
public enum CaptureError: Error, Sendable, Equatable {
  /// There is no interface of that name.
  case noInterface(String)
  /// No packet socket, a positive errno: EPERM without CAP_NET_RAW, EAFNOSUPPORT where the kernel has none.
  case notOpened(errno: Int32)
  /// Reading failed, a positive errno.
  case notRead(errno: Int32)
  /// No thread could be started, a positive errno.
  case noThread(errno: Int32)
}
