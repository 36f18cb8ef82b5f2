// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
import Wire

/// A listening TCP socket, as an application has it.
struct Listener: ~Copyable {
  private let descriptor: Descriptor
  /// The port that the kernel chose.
  let port: UInt16

  init(_ family: ListenerFamily, defersAccept: Bool = false, takesFastOpen: Bool = false) throws(CaseFailure) {
    let any: IPAddress = family == .v4 ? .v4(IPv4Address(0)) : .v6(IPv6Address(high: 0, low: 0))
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = socket(Int32(any.family), type, 0)
    guard number >= 0 else { throw .system("socket(2)", errno) }
    let descriptor = Descriptor(number)
    if family != .v4 {
      var only: Int32 = 0
      let size = socklen_t(MemoryLayout<Int32>.size)
      guard unsafe setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, size) == 0 else {
        throw .system("setsockopt(IPV6_V6ONLY)", errno)
      }
    }
    if defersAccept {
      var seconds: Int32 = 5
      let size = socklen_t(MemoryLayout<Int32>.size)
      guard unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, &seconds, size) == 0 else {
        throw .system("setsockopt(TCP_DEFER_ACCEPT)", errno)
      }
    }
    if takesFastOpen {
      var length: Int32 = 8
      let size = socklen_t(MemoryLayout<Int32>.size)
      guard unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_FASTOPEN, &length, size) == 0 else {
        throw .system("setsockopt(TCP_FASTOPEN)", errno)
      }
    }
    let address = SocketAddress(Endpoint(address: any, port: 0)).bytes
    let bound = unsafe address.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return Int32(-1) }
      return unsafe bind(number, base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard bound == 0 else { throw .system("bind(2)", errno) }
    guard listen(number, 8) == 0 else { throw .system("listen(2)", errno) }
    guard let own = unsafe SocketAddress(from: { unsafe getsockname(number, $0, $1) })?.endpoint else {
      throw .system("getsockname(2)", errno)
    }
    self.descriptor = descriptor
    port = own.port
  }

  /// Waits for a connection and takes it.
  func accept(before deadline: Deadline) throws(CaseFailure) -> AcceptedConnection {
    guard descriptor.waitUntilReadable(before: deadline) else { throw .timeout("no connection to accept") }
    let number = descriptor.number
    var accepted: Int32 = -1
    let address = unsafe SocketAddress(from: { address, length in
      accepted = unsafe Glibc.accept(number, address, length)
      return accepted
    })
    guard let address else { throw .system("accept(2)", errno) }
    return AcceptedConnection(descriptor: Descriptor(accepted), accepted: address.endpoint)
  }
}

/// A connection that accept(2) returned.
struct AcceptedConnection: ~Copyable {
  let descriptor: Descriptor
  /// The address that accept(2) wrote; nil when that is of no family known here.
  let accepted: Endpoint?

  /// The client by a vendor's getsockopt(2) call.
  func client(by call: Profile.SocketCall) throws(CaseFailure) -> Endpoint? {
    try call.client(of: descriptor.number)
  }

  /// What getpeername(2) says.
  func peerName() throws(CaseFailure) -> Endpoint? {
    let number = descriptor.number
    guard let address = unsafe SocketAddress(from: { unsafe getpeername(number, $0, $1) }) else {
      throw .system("getpeername(2)", errno)
    }
    return address.endpoint
  }
}
