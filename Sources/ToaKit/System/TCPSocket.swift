// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A TCP socket of this network namespace, as a line of /proc/net/tcp or tcp6 shows it.
struct TCPSocket {
  /// Its own address as the kernel prints it: hexadecimal digits, words in the host's byte order.
  let address: Substring
  /// Its own port.
  let port: UInt16
  /// Its state in hexadecimal digits.
  let state: Substring
  /// Number of the socket, as the links of /proc/PID/fd have it.
  let number: String

  /// Whether it waits for connections.
  var isListening: Bool { state == "0A" }
  /// Whether it is a connection that is open in both directions.
  var isEstablished: Bool { state == "01" }

  /// Reads "0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 …"; nil for the heading.
  init?(line: some Collection<UInt8>) {
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard words.count > 9 else { return nil }
    let local = words[1].split(separator: ":")
    guard local.count == 2, let port = UInt16(local[1], radix: 16) else { return nil }
    (address, self.port, state, number) = (local[0], port, words[3], String(words[9]))
  }
}

extension FileRoot {
  /// The TCP sockets of this network namespace that are wanted, of both families.
  func tcpSockets(where isWanted: (TCPSocket) -> Bool) -> [TCPSocket] {
    var sockets: [TCPSocket] = []
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
      try? forEachLine(path) { line in
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
