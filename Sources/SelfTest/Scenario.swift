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
  let name: String
  let purpose: String
  var listener = ListenerFamily.v4
  /// Whether the balancer's address lies inside of the trusted prefixes.
  var isTrusted = true
  /// TCP option bytes of the segment that completes the handshake.
  var options: [UInt8] = []
  /// Data in that segment; a bare ACK has none.
  var payload: [UInt8] = []
  /// Whether the server answers with SYN cookies and so remembers nothing of the SYN.
  var usesCookies = false
  /// Whether the client, not the balancer, has to come back.
  var isPositive = false

  /// What a backend must be able to do for this.
  var needs: Set<Ability> = []
  /// The socket option that has to tell the client, while accept(2) and getpeername(2) stay with the balancer.
  var socketOption: ClientSocketOption?
  /// The client that the options name.
  var client = Scenario.client

  /// An IPv4 client: a documentation address (RFC 5737).
  static let client = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 34567)

  /// An IPv6 client (RFC 3849).
  static let clientV6 = Endpoint(address: .v6(IPv6Address(high: 0x2001_0db8 << 32, low: 0x42)), port: 34567)

  private static let option254: [UInt8] = bytes(.classic(kind: 254))
  private static let option200: [UInt8] = bytes(.classic(kind: 200))

  private static let option254V6: [UInt8] = bytes(.classicV6(kind: 254), clientV6)
  private static let option253V6: [UInt8] = bytes(.classicV6(kind: 253), clientV6)

  private static func bytes(_ format: OptionFormat, _ client: Endpoint = client) -> [UInt8] {
    format.option(for: client)?.bytes ?? []
  }

  /// All cases in the order in which they run.
  static let all: [Scenario] = delivered + refused + dualStack + other + clientsV6 + socketOptions

  private static let delivered = [
    Scenario(
      name: "v4-option-254", purpose: "Option 254 of length 8 on a bare ACK gives the client to an AF_INET socket.",
      options: option254, isPositive: true),
    Scenario(
      name: "v4-option-200", purpose: "Option 200 of length 8 on a bare ACK gives the client to an AF_INET socket.",
      options: option200, isPositive: true),
    Scenario(
      name: "v4-option-254-with-data", purpose: "The option is also found when the ACK carries the first data.",
      options: option254, payload: Array("GET / HTTP/1.0\r\n\r\n".utf8), isPositive: true),
    Scenario(
      name: "v4-option-254-after-padding", purpose: "The option is found behind padding at an odd offset.",
      options: [1] + option254, isPositive: true),
  ]

  private static let refused = [
    Scenario(name: "v4-no-option", purpose: "Without an option the load balancer's own address stays."),
    Scenario(
      name: "v4-wrong-length", purpose: "Option 254 of length 6 is no TOA option.",
      options: [254, 6] + option254[2..<6]),
    Scenario(
      name: "v4-length-past-header",
      purpose: "An option whose length runs past the header into the data is not believed.",
      options: [1, 1, 1, 1] + option254[..<4], payload: Array(option254[4...])),
    Scenario(
      name: "v4-zero-address", purpose: "Address 0.0.0.0 and port 0 in an option are refused.",
      options: [254, 8, 0, 0, 0, 0, 0, 0]),
    Scenario(
      name: "v4-untrusted", purpose: "An option from outside of the trusted prefixes is ignored.", isTrusted: false,
      options: option254),
  ]

  private static let dualStack = [
    Scenario(
      name: "dual-option-254", purpose: "Option 254 gives ::ffff:a.b.c.d to an AF_INET6 socket with an IPv4 client.",
      listener: .dualStack, options: option254, isPositive: true),
    Scenario(
      name: "dual-option-200", purpose: "Option 200 gives ::ffff:a.b.c.d to an AF_INET6 socket with an IPv4 client.",
      listener: .dualStack, options: option200, isPositive: true),
    Scenario(
      name: "dual-no-option", purpose: "Without an option an AF_INET6 socket keeps the load balancer's address.",
      listener: .dualStack),
    Scenario(
      name: "dual-untrusted", purpose: "An AF_INET6 socket ignores an option from outside of the trusted prefixes.",
      listener: .dualStack, isTrusted: false, options: option254),
  ]

  private static let other = [
    Scenario(
      name: "v6-no-option", purpose: "An IPv6 connection without an option keeps its address.", listener: .v6),
    Scenario(
      name: "v4-option-254-syn-cookie", purpose: "The option is found when SYN cookies are in use.",
      options: option254, usesCookies: true, isPositive: true),
  ]

  private static let clientsV6 = [
    Scenario(
      name: "v6-option-254", purpose: "Option 254 of length 20 gives an IPv6 client to an AF_INET6 socket.",
      listener: .v6, options: option254V6, isPositive: true, needs: [.optionsV6], client: clientV6),
    Scenario(
      name: "v6-option-253", purpose: "Option 253 of length 20 gives an IPv6 client to an AF_INET6 socket.",
      listener: .v6, options: option253V6, isPositive: true, needs: [.optionsV6], client: clientV6),
    Scenario(
      name: "v6-untrusted", purpose: "An option from outside of the trusted IPv6 prefixes is ignored.",
      listener: .v6, isTrusted: false, options: option254V6, needs: [.optionsV6], client: clientV6),
    Scenario(
      name: "dual-option-253", purpose: "An IPv6 client behind NAT64 is given to an AF_INET6 socket reached over IPv4.",
      listener: .dualStack, options: option253V6, isPositive: true, needs: [.optionsV6], client: clientV6),
  ]

  private static let socketOptions = [
    Scenario(
      name: "v4-option-253-getsockopt-4096",
      purpose: "getsockopt 4096 tells an AF_INET socket its IPv6 client; getpeername(2) keeps the load balancer.",
      options: option253V6, isPositive: true, needs: [.optionsV6, .getsockopt], socketOption: .nat64Peer,
      client: clientV6),
    Scenario(
      name: "v4-option-253-getsockopt-1345", purpose: "getsockopt 1345 tells an AF_INET socket its IPv6 client.",
      options: option253V6, isPositive: true, needs: [.optionsV6, .getsockopt], socketOption: .ttmPeer,
      client: clientV6),
    Scenario(
      name: "v4-option-254-getsockopt-1345", purpose: "getsockopt 1345 tells an AF_INET socket its IPv4 client, too.",
      options: option254, isPositive: true, needs: [.getsockopt], socketOption: .ttmPeer),
  ]
}
