// SPDX-License-Identifier: Apache-2.0
import Glibc
import Wire

/// A socket option at level IPPROTO_IP by which vendors tell the client of a connection.
enum ClientSocketOption: Int32 {
  /// struct toa_nat64_peer of Tencent and DPVS: 16 bytes of IPv6 address, port in network order, padding; IPv6 clients only.
  case nat64Peer = 4096
  /// struct ttm_peer of Kingsoft: address family in host order, port in network order, 16 bytes of address.
  case ttmPeer = 1345

  private static let size = 20

  /// The client that a socket's answer names.
  func client(of socket: Int32) throws(CaseFailure) -> Endpoint? {
    var bytes = [UInt8](repeating: 0xee, count: Self.size)
    var length = socklen_t(bytes.count)
    guard unsafe getsockopt(socket, Int32(IPPROTO_IP), rawValue, &bytes, &length) == 0 else {
      throw .system("getsockopt(\(rawValue))", errno)
    }
    return length == Self.size ? endpoint(bytes) : nil
  }

  private func endpoint(_ bytes: [UInt8]) -> Endpoint? {
    switch self {
    case .nat64Peer:
      guard let address = IPv6Address(bytes: bytes[..<16]), bytes[18...] == [0, 0] else { return nil }
      return Endpoint(address: .v6(address), port: UInt16(bytes[16]) << 8 | UInt16(bytes[17]))
    case .ttmPeer:
      let family = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt16.self) }
      let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
      if Int32(family) == AF_INET, let address = IPv4Address(bytes: bytes[4..<8]) {
        return Endpoint(address: .v4(address), port: port)
      }
      guard Int32(family) == AF_INET6, let address = IPv6Address(bytes: bytes[4...]) else { return nil }
      return Endpoint(address: .v6(address), port: port)
    }
  }
}
