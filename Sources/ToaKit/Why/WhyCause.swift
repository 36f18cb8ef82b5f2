// SPDX-License-Identifier: Apache-2.0
internal import Capture

/// Why an application does not see the client, when it is not the handshake: the leaves of the decision tree.
enum WhyCause: String {
  /// Nothing that could hand addresses to applications is in the kernel.
  case notLoaded = "not-loaded"
  /// It is, and does not do it.
  case selfTestFailed = "self-test-failed"
  /// Nothing listens on the port here.
  case notListening = "not-listening"
  /// There are connections, and no new ones: they may be older than TOA.
  case oldConnections = "old-connections"
  /// Nobody connected while it was looked at.
  case noConnections = "no-connections"
  /// Options arrive, and TOA did not count them: the server is outside of what it covers.
  case notCovered = "not-covered"
  /// A program that takes connections for others has the port.
  case proxy
  /// The client is an IPv6 address behind NAT64, and the application asks by an IPv4 socket.
  case nat64
  /// The application never asks for the peer's address in a way that is answered.
  case notAsked = "not-asked"
  /// Everything works: the application has the client's address.
  case works

  /// Who has to act.
  var owner: Owner? {
    switch self {
    case .notLoaded, .selfTestFailed, .notCovered: .host
    case .notListening, .proxy, .nat64, .notAsked, .oldConnections: .application
    case .noConnections: .loadBalancer
    case .works: nil
    }
  }
}
