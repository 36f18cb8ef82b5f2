// SPDX-License-Identifier: Apache-2.0
import Linux
import Wire

/// What an application saw of one connection.
struct Observation {
  let expected: Endpoint
  /// What accept(2) and getpeername(2) had to give: the same, but where a socket option has to tell.
  let expectedName: Endpoint
  var accepted: Endpoint?
  var peerName: Endpoint?
  /// What the scenario's socket option told.
  var bySocketOption: Endpoint?
  var failure: String?
}

extension Scenario {
  /// What the application has to see when the balancer connects from these addresses and this port.
  func expected(from addresses: TCPPacket.Addresses, port: UInt16) -> Endpoint {
    socketCall == nil ? expectedName(from: addresses, port: port) : client(port: port)
  }

  /// What accept(2) and getpeername(2) give where the backend cannot name the client.
  private func balancerName(from addresses: TCPPacket.Addresses, port: UInt16) -> Endpoint {
    var control = self
    control.isPositive = false
    return control.expectedName(from: addresses, port: port)
  }

  /// The client as it is seen through a connection from this port of the balancer.
  private func client(port: UInt16) -> Endpoint {
    Endpoint(address: client.address, port: client.port == 0 ? port : client.port)
  }

  /// Whether the client is of a family that the socket's own calls cannot name.
  private var hidesClient: Bool { listener == .v4 && client.address.bytes.count == 16 }

  /// What accept(2) and getpeername(2) have to give it.
  func expectedName(from addresses: TCPPacket.Addresses, port: UInt16) -> Endpoint {
    let balancer: Endpoint
    switch addresses {
    case .v4(let source, _): balancer = Endpoint(address: .v4(source), port: port)
    case .v6(let source, _): balancer = Endpoint(address: .v6(source), port: port)
    }
    let peer = isPositive && !hidesClient ? client(port: port) : balancer
    guard listener != .v4, case .v4(let address) = peer.address else { return peer }
    return Endpoint(address: .v6(IPv6Address(mapped: address)), port: peer.port)
  }

  /// The result of a case that ran, or tried to.
  func result(_ observation: Observation, from addresses: TCPPacket.Addresses, port: UInt16, after duration: Duration)
    -> SelfTestCase
  {
    let isAsExpected =
      observation.accepted == observation.expectedName && observation.peerName == observation.expectedName
      && (socketCall == nil || observation.bySocketOption == observation.expected)
    var (expected, failure) = (observation.expected, observation.failure)
    if limit != nil, !isAsExpected {
      expected = balancerName(from: addresses, port: port)
      if failure == nil, observation.accepted != expected || observation.peerName != expected {
        failure = "neither the client nor the load balancer"
      }
    }
    return SelfTestCase(
      name: name, purpose: purpose, isPositive: isPositive, expected: expected.description,
      accepted: observation.accepted?.description ?? "", peerName: observation.peerName?.description ?? "",
      bySocketOption: socketCall.map { _ in observation.bySocketOption?.description ?? "" },
      passed: isAsExpected && failure == nil, failure: failure, limit: limit,
      microseconds: wholeMicroseconds(duration))
  }

  /// The result of a case that does not apply here.
  func skipped(_ reason: String) -> SelfTestCase {
    SelfTestCase(
      name: name, purpose: purpose, isPositive: isPositive, expected: "", accepted: "", peerName: "", passed: false,
      skipped: reason)
  }
}
