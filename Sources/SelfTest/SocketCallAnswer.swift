// SPDX-License-Identifier: Apache-2.0
import Glibc
import Wire

/// The answers: struct toa_nat64_peer of Tencent and DPVS has 16 bytes of IPv6 address, the port in network order and padding;
/// struct ttm_peer of Kingsoft the address family in host order, the port in network order and 16 bytes of address.
extension Profile.SocketCall {
  private static let size = 20

  /// The client that a socket's answer names.
  func client(of socket: Int32) throws(CaseFailure) -> Endpoint? {
    var bytes = [UInt8](repeating: 0xee, count: Self.size)
    var length = socklen_t(bytes.count)
    guard unsafe getsockopt(socket, Int32(IPPROTO_IP), Int32(rawValue), &bytes, &length) == 0 else {
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
