// SPDX-License-Identifier: Apache-2.0
import CLinux
import Capture
import Glibc
import Linux
import Wire

/// The client's side of one TCP connection, spoken by hand from an address of this host through its ordinary routes and firewall. The
/// kernel adds the IP header, and does not take part otherwise. Needs CAP_NET_RAW.
struct CraftedConnection: ~Copyable {
  /// What came of sending.
  enum Sent {
    case sent
    /// EMSGSIZE: the interface does not take it.
    case tooLarge
  }

  private let port: SilentPort
  private let raw: Descriptor
  private var packets: PacketSocket
  private let remote: Endpoint
  private let addresses: TCPPacket.Addresses
  private let initial: UInt32
  private var acknowledgment: UInt32 = 0
  /// Bytes behind the SYN that the other side has acknowledged.
  private(set) var acknowledged = 0
  /// Whether the other side has reset the connection.
  private(set) var isReset = false
  /// What the other side offers; 536 where it offers nothing (RFC 9293, 3.7.1).
  private(set) var maximumSegmentSize = 536

  init(from local: IPAddress, to remote: Endpoint) throws(PathError) {
    let port = try SilentPort(on: local)
    let number = try PathSocket.open(local, type: SOCK_RAW, protocol: Int32(IPPROTO_TCP))
    let raw = Descriptor(number)
    let addresses: TCPPacket.Addresses
    // Never fragmented, and of the sizes of the interface, whatever routers have said before: what comes through is to be seen.
    switch (local, remote.address) {
    case (.v4(let source), .v4(let destination)):
      addresses = .v4(source: source, destination: destination)
      try PathSocket.set(number, Int32(IPPROTO_IP), IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, "IP_MTU_DISCOVER")
    case (.v6(let source), .v6(let destination)):
      addresses = .v6(source: source, destination: destination)
      try PathSocket.set(number, Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, "IPV6_MTU_DISCOVER")
    default: throw .system("choosing an address", errno: EAFNOSUPPORT)
    }
    guard PathSocket.bind(number, to: Endpoint(address: local, port: 0)) == 0,
      PathSocket.connect(number, to: Endpoint(address: remote.address, port: 0)) == 0
    else { throw .system("connect(2) of a raw socket", errno: errno) }
    packets = try PacketSocket(watching: port.local.port)
    self.port = port
    self.raw = raw
    self.remote = remote
    self.addresses = addresses
    initial = UInt32.random(in: .min ... .max)
  }

  /// Sends the SYN up to four times; whether it was answered.
  mutating func open(interval: Int) throws(PathError) -> Bool {
    for _ in 0..<4 {
      guard case .sent = try send(.syn, at: 0, options: TCPOption.maximumSegmentSize(1460).bytes) else { return false }
      let deadline = Deadline(milliseconds: interval)
      while !deadline.hasPassed {
        try receive(before: deadline)
        if isReset { return false }
        if acknowledgment != 0 { return true }
      }
    }
    return false
  }

  /// Sends one segment; `offset` counts bytes from the first one behind the SYN.
  mutating func send(
    _ flags: TCPFlags, offset: Int = 0, options: [UInt8] = [], payload: [UInt8] = []
  ) throws(PathError) -> Sent {
    try send(flags, at: 1 + offset, options: options, payload: payload)
  }

  /// Waits until so many bytes are acknowledged, or the deadline.
  mutating func wait(for bytes: Int, before deadline: Deadline) throws(PathError) {
    while acknowledged < bytes, !isReset, !deadline.hasPassed { try receive(before: deadline) }
  }

  /// Ends it at once, so that the server keeps nothing of it.
  mutating func reset(behind bytes: Int) { _ = try? send([.rst, .ack], offset: bytes) }

  private func send(
    _ flags: TCPFlags, at offset: Int, options: [UInt8], payload: [UInt8] = []
  ) throws(PathError) -> Sent {
    let header = TCPHeader(
      sourcePort: port.local.port, destinationPort: remote.port, sequence: initial &+ UInt32(offset),
      acknowledgment: acknowledgment, flags: flags, options: options)
    let packet = TCPPacket(addresses: addresses, header: header, payload: payload).bytes
    let segment = Array(packet.dropFirst(packet.count - 20 - (options.count + 3) / 4 * 4 - payload.count))
    let number = raw.number
    let count = retrying { unsafe Glibc.send(number, segment, segment.count, Int32(MSG_NOSIGNAL)) }
    if count == segment.count { return .sent }
    switch errno {
    case EMSGSIZE: return .tooLarge
    // A firewall of this host, or no buffer: what gets lost is sent again.
    case EPERM, ENOBUFS, EAGAIN: return .sent
    default: throw .system("send(2) of a raw socket", errno: errno)
    }
  }

  private mutating func receive(before deadline: Deadline) throws(PathError) {
    let received: [CapturedPacket]
    do throws(CaptureError) {
      received = try packets.read(before: deadline)
    } catch {
      throw .system("reading a packet socket", errno: error.number)
    }
    for packet in received {
      guard let segment = CapturedSegment(packet), segment.source == remote,
        segment.destination.port == port.local.port, segment.flags.contains(.ack) || segment.flags.contains(.rst)
      else { continue }
      let bytes = Int(Int32(truncatingIfNeeded: segment.acknowledgment &- initial &- 1))
      if segment.flags.contains(.rst) { isReset = true }
      guard (0...0xffff).contains(bytes) else { continue }
      if segment.flags.contains(.syn) {
        acknowledgment = segment.sequence &+ 1
        maximumSegmentSize = segment.maximumSegmentSize ?? 536
      }
      acknowledged = max(acknowledged, bytes)
    }
  }
}

extension PacketSocket {
  /// Gets the headers of one port's packets.
  init(watching port: UInt16) throws(PathError) {
    do throws(CaptureError) {
      self = try PacketSocket(CaptureOptions(ports: [port]))
    } catch {
      throw .system("opening a packet socket", errno: error.number)
    }
  }
}

extension CaptureError {
  /// The errno in it.
  var number: Int32 {
    switch self {
    case .noInterface: ENODEV
    case .notOpened(let errno), .notRead(let errno), .noThread(let errno): errno
    }
  }
}
