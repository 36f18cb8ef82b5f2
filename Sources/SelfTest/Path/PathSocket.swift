// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Linux
import Wire

/// TCP sockets of the two sides, without waiting.
enum PathSocket {
  /// A socket that does not block.
  static func open(_ address: IPAddress, type: __socket_type = SOCK_STREAM, protocol number: Int32 = 0)
    throws(PathError)
    -> Int32
  {
    let flags = Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let socket = socket(Int32(address.family), flags, number)
    guard socket >= 0 else { throw .system("socket(2)", errno: errno) }
    return socket
  }

  static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32, _ name: String) throws(PathError) {
    var value = value
    guard unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
      throw .system("setsockopt(\(name))", errno: errno)
    }
  }

  /// An option that is a number; nil where it cannot be had.
  static func get(_ socket: Int32, _ level: Int32, _ option: Int32) -> Int? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(socket, level, option, &value, &length) == 0 ? Int(value) : nil
  }

  static func bind(_ socket: Int32, to endpoint: Endpoint) -> Int32 {
    unsafe call(endpoint) { unsafe Glibc.bind(socket, $0, $1) }
  }

  static func connect(_ socket: Int32, to endpoint: Endpoint) -> Int32 {
    unsafe call(endpoint) { unsafe Glibc.connect(socket, $0, $1) }
  }

  /// Its own address.
  static func name(_ socket: Int32) throws(PathError) -> Endpoint {
    guard let name = unsafe SocketAddress(from: { unsafe getsockname(socket, $0, $1) })?.endpoint else {
      throw .system("getsockname(2)", errno: errno)
    }
    return name
  }

  /// What can be read now; nil at the end of the stream or on an error, nothing when there is nothing yet.
  static func read(_ socket: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let capacity = buffer.count
    let count = retrying { unsafe recv(socket, &buffer, capacity, 0) }
    if count > 0 { return Array(buffer[..<count]) }
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? [] : nil
  }

  /// Sends a line, which is short enough for the buffer of the socket. False when it did not go.
  static func send(_ line: String, to socket: Int32) -> Bool {
    let bytes = Array((line + "\n").utf8)
    return retrying { unsafe Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) } == bytes.count
  }

  private static func call(
    _ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    unsafe SocketAddress(endpoint).bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      return unsafe body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }
}

/// A port of this host that the kernel takes for used and on which it answers nothing: segments of a connection that this program
/// speaks by hand would otherwise be answered with a reset. Nothing is left of it when it is closed.
struct SilentPort: ~Copyable {
  private let descriptor: Descriptor
  let local: Endpoint

  init(on address: IPAddress) throws(PathError) {
    let number = try PathSocket.open(address)
    let descriptor = Descriptor(number)
    if case .v6 = address { try PathSocket.set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY") }
    // Before it listens: there is no moment in which somebody could connect.
    let refused = clinux_drop_everything(number)
    guard refused == 0 else { throw .system("setsockopt(SO_ATTACH_FILTER)", errno: -refused) }
    guard PathSocket.bind(number, to: Endpoint(address: address, port: 0)) == 0 else {
      throw .system("bind(2)", errno: errno)
    }
    guard listen(number, 1) == 0 else { throw .system("listen(2)", errno: errno) }
    local = try PathSocket.name(number)
    self.descriptor = descriptor
  }
}
