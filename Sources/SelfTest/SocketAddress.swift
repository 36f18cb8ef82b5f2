// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
import Wire

/// A struct sockaddr_in or sockaddr_in6 as bytes: family in host order, port and address in network order.
struct SocketAddress {
  /// Large enough for either, with room to notice a longer answer.
  static let capacity = MemoryLayout<sockaddr_storage>.size

  var bytes: [UInt8]

  /// The address to bind to.
  init(_ endpoint: Endpoint) {
    let port = [UInt8(endpoint.port >> 8), UInt8(truncatingIfNeeded: endpoint.port)]
    bytes = hostOrder(UInt16(endpoint.address.family)) + port
    switch endpoint.address {
    case .v4(let address): bytes += address.bytes + [UInt8](repeating: 0, count: 8)
    case .v6(let address): bytes += [0, 0, 0, 0] + address.bytes + [0, 0, 0, 0]  // flow, address, scope
    }
  }

  /// The address that `call` writes through its pointers; nil when it returns a negative number.
  init?(from call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) {
    var storage = sockaddr_storage()
    var length = socklen_t(Self.capacity)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        retrying { unsafe call(address, &length) }
      }
    }
    guard result >= 0 else { return nil }
    bytes = unsafe withUnsafeBytes(of: storage) { unsafe Array($0.prefix(Int(length))) }
  }

  /// The endpoint inside; nil for another family or a short answer.
  var endpoint: Endpoint? {
    guard bytes.count >= 16 else { return nil }
    let family = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt16.self) }
    let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    if Int32(family) == AF_INET, let address = IPv4Address(bytes: bytes[4..<8]) {
      return Endpoint(address: .v4(address), port: port)
    }
    if Int32(family) == AF_INET6, bytes.count >= 28, let address = IPv6Address(bytes: bytes[8..<24]) {
      return Endpoint(address: .v6(address), port: port)
    }
    return nil
  }
}
