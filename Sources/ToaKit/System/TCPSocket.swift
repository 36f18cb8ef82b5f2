// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

/// A TCP socket of this network namespace, as a line of /proc/net/tcp or tcp6 shows it.
struct TCPSocket: Sendable, Equatable {
  /// Its own end.
  let local: Endpoint
  /// The other end; of a socket that listens an unspecified address and port 0.
  let peer: Endpoint
  /// Its state, a number of include/net/tcp_states.h.
  let state: UInt8
  /// Number of the socket, as the links of /proc/PID/fd have it.
  let number: String
  /// Whether it is an IPv6 socket, which may have IPv4 peers.
  let isV6: Bool
  /// How often the kernel sent its last segment again.
  let retransmissions: UInt64

  /// Its own port.
  var port: UInt16 { local.port }
  /// Whether it waits for connections.
  var isListening: Bool { state == 0x0A }
  /// Whether it is a connection that is open in both directions.
  var isEstablished: Bool { state == 0x01 }
  /// Whether it asked for a connection and has no answer.
  var isConnecting: Bool { state == 0x02 }
  /// Whether other hosts can reach it.
  var isReachable: Bool { !local.address.isLoopback }

  /// Reads "0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 …"; nil for the heading.
  init?(line: ArraySlice<UInt8>) {
    // By bytes: a busy server has a hundred thousand lines.
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
    guard words.count > 9, let local = Endpoint(table: words[1]), let peer = Endpoint(table: words[2]),
      let state = hexadecimal(words[3])
    else { return nil }
    (self.local, self.peer, self.state) = (local, peer, UInt8(truncatingIfNeeded: state))
    number = String(decoding: words[9], as: UTF8.self)
    isV6 = words[1].count > 16
    retransmissions = hexadecimal(words[6]) ?? 0
  }
}

extension FileRoot {
  /// The TCP sockets of this network namespace that are wanted, of both families.
  func tcpSockets(where isWanted: (TCPSocket) -> Bool) -> [TCPSocket] { tcpSockets(below: "/proc/net", isWanted) }

  /// The same of the network namespace of a process: "/proc/812/net".
  func tcpSockets(below folder: String, _ isWanted: (TCPSocket) -> Bool) -> [TCPSocket] {
    var sockets: [TCPSocket] = []
    for name in ["tcp", "tcp6"] {
      try? forEachLine("\(folder)/\(name)") { line in
        if let socket = TCPSocket(line: line), isWanted(socket) { sockets.append(socket) }
      }
    }
    return sockets
  }

  /// Numbers of the sockets that a process has open.
  func socketNumbers(of process: String) -> [String] {
    list("/proc/\(process)/fd").compactMap { name in
      guard let target = linkTarget("/proc/\(process)/fd/\(name)"), target.hasPrefix("socket:[") else { return nil }
      return String(target.dropFirst(8).dropLast())
    }
  }
}

extension Endpoint {
  /// Reads "0100007F:0016" or, with 32 digits, an IPv6 address: words as the host has them in memory.
  fileprivate init?(table text: ArraySlice<UInt8>) {
    let parts = text.split(separator: UInt8(ascii: ":"))
    guard parts.count == 2, let port = hexadecimal(parts[1]), port <= UInt16.max else { return nil }
    let digits = parts[0]
    let words = stride(from: digits.startIndex, to: digits.endIndex, by: 8).compactMap { start in
      hexadecimal(digits[start..<Swift.min(start + 8, digits.endIndex)]).map { UInt32(bigEndian: UInt32($0)) }
    }
    switch (digits.count, words.count) {
    case (8, 1): self.init(address: .v4(IPv4Address(words[0])), port: UInt16(port))
    case (32, 4):
      let (high, low) = (UInt64(words[0]) << 32 | UInt64(words[1]), UInt64(words[2]) << 32 | UInt64(words[3]))
      self.init(address: .v6(IPv6Address(high: high, low: low)), port: UInt16(port))
    default: return nil
    }
  }
}

extension Endpoint {
  /// With the IPv4 address for one that is mapped into IPv6.
  var unmapped: Endpoint { Endpoint(address: address.unmapped, port: port) }
}

extension IPAddress {
  /// 127/8, ::1 or ::ffff:127/8.
  var isLoopback: Bool {
    switch unmapped {
    case .v4(let address): address.isLoopback
    case .v6(let address): address.isLoopback
    }
  }
}

/// A number of at most eight hexadecimal digits.
private func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
  guard (1...8).contains(digits.count) else { return nil }
  var value: UInt64 = 0
  for byte in digits {
    guard let digit = hexadecimalDigit(byte) else { return nil }
    value = value << 4 | UInt64(digit)
  }
  return value
}
