// SPDX-License-Identifier: Apache-2.0
import Wire

/// The socket that an application listens on.
enum ListenerFamily {
  /// AF_INET on 0.0.0.0.
  case v4
  /// AF_INET6 on [::] that takes IPv4 clients as ::ffff:a.b.c.d.
  case dualStack
  /// AF_INET6 on [::], reached over IPv6.
  case v6
}

/// One case before it runs.
struct Scenario {
  /// A segment behind the one that completes the handshake.
  struct Segment {
    /// TCP option bytes.
    var options: [UInt8] = []
    /// Data; a bare ACK has none.
    var payload: [UInt8] = []
    /// Whether it was sent before the data that has overtaken it, so that TCP takes it for old.
    var isOvertaken = false
    /// Whether it also ends the balancer's side.
    var isLast = false
  }

  var name: String
  var purpose: String
  var listener = ListenerFamily.v4
  /// Whether the listener sets TCP_DEFER_ACCEPT, so that the bare ACK makes no socket.
  var defersAccept = false
  /// Whether the balancer's address lies inside of the trusted prefixes.
  var isTrusted = true
  /// TCP option bytes of the SYN, behind the maximum segment size.
  var synOptions: [UInt8] = []
  /// Data in the SYN, which the listener takes by TCP Fast Open (RFC 7413), so that the SYN makes the socket.
  var synPayload: [UInt8] = []
  /// TCP option bytes of the segment that completes the handshake.
  var options: [UInt8] = []
  /// Data in that segment; a bare ACK has none.
  var payload: [UInt8] = []
  /// Whether that segment also ends the balancer's side.
  var isLast = false
  /// What the balancer sends then, before the application takes the connection.
  var later: [Segment] = []
  /// Whether the server answers with SYN cookies and so remembers nothing of the SYN.
  var usesCookies = false
  /// Whether the client, not the balancer, has to come back.
  var isPositive = false
  /// The getsockopt(2) call that has to tell the client, while accept(2) and getpeername(2) stay with the balancer.
  var socketCall: Profile.SocketCall?
  /// The client that the options name; one with port 0 keeps the balancer's.
  var client = Scenario.client
  /// Why the case does not apply to the running backend; nil when it does.
  var skip: String?
  /// Why the running backend cannot name the client here, so that the balancer is expected; nil when it can.
  var limit: String?

  /// An IPv4 client: a documentation address (RFC 5737).
  static let client = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 34567)

  /// Another one, which must not come back.
  static let otherClient = Endpoint(address: .v4(IPv4Address(192, 0, 2, 88)), port: 45678)

  /// An IPv6 client (RFC 3849).
  static let clientV6 = Endpoint(address: .v6(IPv6Address(high: 0x2001_0db8 << 32, low: 0x42)), port: 34567)
}
