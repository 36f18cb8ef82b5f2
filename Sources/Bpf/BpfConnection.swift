// SPDX-License-Identifier: Apache-2.0
internal import CBpf
public import Wire

/// One connection that has a client address.
public struct BpfConnection: Sendable, Equatable {
  /// The client.
  public let client: Endpoint
  /// The load balancer.
  public let balancer: Endpoint
  /// The server's own address.
  public let local: Endpoint
  /// Kind of the option that named the client.
  public let kind: UInt8
  /// Length of that option.
  public let length: UInt8
}

extension BpfConnection {
  /// The values that the iterator wrote one after the other; an incomplete last one is left out.
  static func all(in bytes: [UInt8]) -> [BpfConnection] {
    let size = MemoryLayout<toa_client>.size
    return stride(from: 0, through: bytes.count - size, by: size).map { start in
      let value = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: toa_client.self) }
      return BpfConnection(
        client: value.client.endpoint, balancer: value.balancer.endpoint, local: value.local.endpoint,
        kind: value.kind, length: value.length)
    }
  }
}
