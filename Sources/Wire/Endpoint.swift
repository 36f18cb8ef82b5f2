// SPDX-License-Identifier: Apache-2.0

/// One end of a TCP connection.
public struct Endpoint: Sendable, Hashable {
  /// The address.
  public var address: IPAddress
  /// The port, a number in host order.
  public var port: UInt16

  /// Creates an endpoint.
  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension Endpoint: LosslessStringConvertible {
  /// Reads "192.0.2.1:80" or "[2001:db8::1]:80".
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = decimal(text[text.index(after: colon)...].utf8, upTo: 65535)
    else { return nil }
    let host = text[..<colon]
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), let address = IPv6Address(String(host.dropFirst().dropLast())) else { return nil }
      self.init(address: .v6(address), port: UInt16(port))
    } else {
      guard let address = IPv4Address(String(host)) else { return nil }
      self.init(address: .v4(address), port: UInt16(port))
    }
  }

  /// "192.0.2.1:80" or "[2001:db8::1]:80" (RFC 5952, 6).
  public var description: String {
    switch address {
    case .v4(let address): "\(address):\(port)"
    case .v6(let address): "[\(address)]:\(port)"
    }
  }
}
