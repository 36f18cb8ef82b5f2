// SPDX-License-Identifier: Apache-2.0
import Wire

/// What an application saw of one connection.
struct Observation {
  let expected: Endpoint
  var accepted: Endpoint?
  var peerName: Endpoint?
  var failure: String?
}

extension Scenario {
  /// What the application has to see when the balancer connects from these addresses and this port.
  func expected(from addresses: TCPPacket.Addresses, port: UInt16) -> Endpoint {
    let balancer: Endpoint
    switch addresses {
    case .v4(let source, _): balancer = Endpoint(address: .v4(source), port: port)
    case .v6(let source, _): balancer = Endpoint(address: .v6(source), port: port)
    }
    let peer = isPositive ? Self.client : balancer
    guard listener == .dualStack, case .v4(let address) = peer.address else { return peer }
    return Endpoint(address: .v6(IPv6Address(mapped: address)), port: peer.port)
  }

  /// The result of a case that ran, or tried to.
  func result(_ observation: Observation, after duration: Duration) -> SelfTestCase {
    let isAsExpected = observation.accepted == observation.expected && observation.peerName == observation.expected
    return SelfTestCase(
      name: name, purpose: purpose, isPositive: isPositive, expected: observation.expected.description,
      accepted: observation.accepted?.description ?? "", peerName: observation.peerName?.description ?? "",
      passed: isAsExpected && observation.failure == nil, failure: observation.failure,
      microseconds: wholeMicroseconds(duration))
  }

  /// The result of a case that does not apply here.
  func skipped(_ reason: String) -> SelfTestCase {
    SelfTestCase(
      name: name, purpose: purpose, isPositive: isPositive, expected: "", accepted: "", peerName: "", passed: false,
      skipped: reason)
  }
}
