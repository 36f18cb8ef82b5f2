// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
import Wire

/// The load balancer's side of one TCP connection, spoken by hand over a TUN device.
struct SyntheticBalancer {
  private let addresses: TCPPacket.Addresses
  private let port: UInt16
  private let serverPort: UInt16
  private var sequence: UInt32
  /// Sequence number of the first byte behind the SYN.
  private var first: UInt32 = 0
  private var acknowledgment: UInt32 = 0

  /// A balancer at `addresses.source` and `port` that will connect to `serverPort`.
  init(addresses: TCPPacket.Addresses, port: UInt16, serverPort: UInt16) {
    self.addresses = addresses
    self.port = port
    self.serverPort = serverPort
    sequence = 0x746f_6100 &+ UInt32(port) << 12
  }

  /// Sends the SYN, with these options behind the maximum segment size, and waits for the SYN/ACK, which must have taken the data. The SYN
  /// is repeated every 20 ms, as a new IPv6 address takes a moment.
  mutating func open(
    over tun: borrowing TunDevice, options: [UInt8] = [], payload: [UInt8] = [], before deadline: Deadline
  ) throws(CaseFailure) {
    let syn = packet(.syn, options: TCPOption.maximumSegmentSize(1400).bytes + options, payload: payload)
    while !deadline.hasPassed {
      try send(syn, over: tun)
      if let answer = try receive(over: tun, length: payload.count, before: deadline.orAfter(milliseconds: 20)) {
        let taken = answer.header.acknowledgment &- sequence
        guard taken == UInt32(payload.count) + 1 else { throw .dataNotTaken }
        sequence &+= taken
        first = sequence
        acknowledgment = answer.header.sequence &+ 1
        return
      }
    }
    throw .timeout("no SYN/ACK")
  }

  /// Sends a segment behind the SYN; the first of them completes the handshake.
  mutating func send(_ segment: Scenario.Segment, over tun: borrowing TunDevice) throws(CaseFailure) {
    var flags: TCPFlags = segment.payload.isEmpty ? .ack : [.ack, .psh]
    if segment.isLast { flags.insert(.fin) }
    var packet = packet(flags, options: segment.options, payload: segment.payload)
    if segment.isOvertaken {
      packet.header.sequence = first
    } else {
      sequence &+= UInt32(segment.payload.count) &+ (segment.isLast ? 1 : 0)
    }
    try send(packet, over: tun)
  }

  /// Ends the connection at once, so that the server keeps nothing of it. Errors do not matter any more.
  func reset(over tun: borrowing TunDevice) {
    try? send(packet([.rst, .ack], options: []), over: tun)
  }

  private func send(_ packet: TCPPacket, over tun: borrowing TunDevice) throws(CaseFailure) {
    guard tun.write(packet.bytes) else { throw .notSent(errno) }
  }

  /// The SYN/ACK for this connection; other packets, such as router solicitations, are passed over. Nil on timeout.
  private func receive(
    over tun: borrowing TunDevice, length: Int, before deadline: Deadline
  ) throws(CaseFailure) -> TCPPacket? {
    while let bytes = tun.read(before: deadline) {
      guard let answer = try? TCPPacket(parsing: bytes), answer.header.sourcePort == serverPort,
        answer.header.destinationPort == port,
        (1...UInt32(length) + 1).contains(answer.header.acknowledgment &- sequence)
      else { continue }
      if answer.header.flags.contains(.rst) { throw .reset }
      if answer.header.flags.isSuperset(of: [.syn, .ack]) { return answer }
    }
    return nil
  }

  private func packet(_ flags: TCPFlags, options: [UInt8], payload: [UInt8] = []) -> TCPPacket {
    let header = TCPHeader(
      sourcePort: port, destinationPort: serverPort, sequence: sequence, acknowledgment: acknowledgment, flags: flags,
      options: options)
    return TCPPacket(addresses: addresses, header: header, payload: payload)
  }
}
