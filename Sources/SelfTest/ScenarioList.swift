// SPDX-License-Identifier: Apache-2.0
import Wire

/// The cases as they are for a backend: all of them are always listed, some do not apply to it.
struct ScenarioList {
  let abilities: Abilities
  /// The option for cases in which any with an IPv4 client will do.
  let anyV4: Choice
  /// The option for cases in which any with an IPv6 client will do.
  let anyV6: Choice

  /// An option, and why a case with it does not apply.
  struct Choice {
    let format: OptionFormat
    let skip: String?
  }

  init(_ abilities: Abilities) {
    self.abilities = abilities
    anyV4 = Self.choose(.v4, from: abilities, [.classic(kind: 254), .classic(kind: 200)])
    anyV6 = Self.choose(.v6, from: abilities, [.classicV6(kind: 253), .classicV6(kind: 254)])
  }

  /// All cases in the order in which they run.
  var all: [Scenario] {
    delivered + refused + dualStack + other + clientsV6 + socketCalls + shapes + elsewhere + several + others
  }

  /// A usual option when the backend reads one, else the shortest that it reads.
  private static func choose(
    _ family: OptionLayout.Family, from abilities: Abilities, _ usual: [OptionFormat]
  ) -> Choice {
    let read = abilities.options.formats.filter { $0.family == family }
    if let format = usual.first(where: read.contains) ?? read.min(by: { $0.length < $1.length }) {
      return Choice(format: format, skip: nil)
    }
    let name = family == .v4 ? "IPv4" : "IPv6"
    return Choice(format: usual[0], skip: "no option with an \(name) client is in the profile")
  }

  /// The bytes of an option that names a client.
  func bytes(_ format: OptionFormat, _ client: Endpoint) -> [UInt8] { format.option(for: client)?.bytes ?? [] }

  /// The client that an option of this format can name.
  func client(_ format: OptionFormat) -> Endpoint {
    let client = format.family == .v6 ? Scenario.clientV6 : Scenario.client
    return format.layout?.portOffset == nil ? Endpoint(address: client.address, port: 0) : client
  }

  private var delivered: [Scenario] {
    let (of254, of200) = (OptionFormat.classic(kind: 254), OptionFormat.classic(kind: 200))
    let (option, skip) = (bytes(of254, Scenario.client), abilities.lacks(of254))
    return [
      Scenario(
        name: "v4-option-254", purpose: "Option 254 of length 8 on a bare ACK gives the client to an AF_INET socket.",
        options: option, isPositive: true, skip: skip),
      Scenario(
        name: "v4-option-200", purpose: "Option 200 of length 8 on a bare ACK gives the client to an AF_INET socket.",
        options: bytes(of200, Scenario.client), isPositive: true, skip: abilities.lacks(of200)),
      Scenario(
        name: "v4-option-254-with-data", purpose: "The option is also found when the ACK carries the first data.",
        options: option, payload: Self.request, isPositive: true, skip: skip),
      Scenario(
        name: "v4-option-254-after-padding", purpose: "The option is found behind padding at an odd offset.",
        options: [1] + option, isPositive: true, skip: skip),
    ]
  }

  private var refused: [Scenario] {
    let format = anyV4.format
    let client = client(format)
    let option = bytes(format, client)
    return [
      Scenario(name: "v4-no-option", purpose: "Without an option the load balancer's own address stays."),
      Scenario(
        name: "v4-wrong-length", purpose: "An option of a known kind with a length that it never has names no client.",
        options: wrongLength(option), skip: anyV4.skip),
      Scenario(
        name: "v4-length-past-header",
        purpose: "An option whose length runs past the header into the data is not believed.",
        options: [1, 1, 1, 1] + option.prefix(4), payload: Array(option.dropFirst(4)), skip: anyV4.skip),
      Scenario(
        name: "v4-zero-address", purpose: "Address 0.0.0.0 and port 0 in an option are refused.",
        options: option.prefix(2) + [UInt8](repeating: 0, count: option.count - 2), skip: anyV4.skip),
      Scenario(
        name: "v4-untrusted", purpose: "An option from outside of the trusted prefixes is ignored.", isTrusted: false,
        options: option, client: client, skip: anyV4.skip),
    ]
  }

  /// The option cut to a length that no option of its kind has.
  private func wrongLength(_ option: [UInt8]) -> [UInt8] {
    let lengths = (2..<option.count).reversed().filter { length in
      (option.count - length) % 2 == 0 && abilities.options.format(kind: option[0], length: length) == nil
    }
    let length = lengths.first ?? 2
    return [option[0], UInt8(length)] + option[2..<length]
  }

  private var dualStack: [Scenario] {
    let (of254, of200) = (OptionFormat.classic(kind: 254), OptionFormat.classic(kind: 200))
    let any = anyV4.format
    return [
      Scenario(
        name: "dual-option-254", purpose: "Option 254 gives ::ffff:a.b.c.d to an AF_INET6 socket with an IPv4 client.",
        listener: .dualStack, options: bytes(of254, Scenario.client), isPositive: true, skip: abilities.lacks(of254)),
      Scenario(
        name: "dual-option-200", purpose: "Option 200 gives ::ffff:a.b.c.d to an AF_INET6 socket with an IPv4 client.",
        listener: .dualStack, options: bytes(of200, Scenario.client), isPositive: true, skip: abilities.lacks(of200)),
      Scenario(
        name: "dual-no-option", purpose: "Without an option an AF_INET6 socket keeps the load balancer's address.",
        listener: .dualStack),
      Scenario(
        name: "dual-untrusted", purpose: "An AF_INET6 socket ignores an option from outside of the trusted prefixes.",
        listener: .dualStack, isTrusted: false, options: bytes(any, client(any)), client: client(any),
        skip: anyV4.skip),
    ]
  }

  private var other: [Scenario] {
    let of254 = OptionFormat.classic(kind: 254)
    return [
      Scenario(
        name: "v6-no-option", purpose: "An IPv6 connection without an option keeps its address.", listener: .v6),
      Scenario(
        name: "v4-option-254-syn-cookie", purpose: "The option is found when SYN cookies are in use.",
        options: bytes(of254, Scenario.client), usesCookies: true, isPositive: true, skip: abilities.lacks(of254)),
    ]
  }

  private var clientsV6: [Scenario] {
    let (of254, of253) = (OptionFormat.classicV6(kind: 254), OptionFormat.classicV6(kind: 253))
    let any = anyV6.format
    // Every node of the link (RFC 4291): no peer of a connection.
    let multicast = Endpoint(address: .v6(IPv6Address(high: 0xff02 << 48, low: 1)), port: 34567)
    return [
      Scenario(
        name: "v6-option-254", purpose: "Option 254 of length 20 gives an IPv6 client to an AF_INET6 socket.",
        listener: .v6, options: bytes(of254, Scenario.clientV6), isPositive: true, client: Scenario.clientV6,
        skip: abilities.lacks(of254)),
      Scenario(
        name: "v6-option-253", purpose: "Option 253 of length 20 gives an IPv6 client to an AF_INET6 socket.",
        listener: .v6, options: bytes(of253, Scenario.clientV6), isPositive: true, client: Scenario.clientV6,
        skip: abilities.lacks(of253)),
      Scenario(
        name: "v6-untrusted", purpose: "An option from outside of the trusted IPv6 prefixes is ignored.",
        listener: .v6, isTrusted: false, options: bytes(any, client(any)), client: client(any), skip: anyV6.skip),
      Scenario(
        name: "v6-multicast-client", purpose: "An IPv6 address that no client can have is refused.", listener: .v6,
        options: bytes(any, multicast), client: client(any), skip: anyV6.skip),
      Scenario(
        name: "dual-option-253",
        purpose: "An IPv6 client behind NAT64 is given to an AF_INET6 socket reached over IPv4.",
        listener: .dualStack, options: bytes(of253, Scenario.clientV6), isPositive: true, client: Scenario.clientV6,
        skip: abilities.lacks(of253)),
    ]
  }

  private var socketCalls: [Scenario] {
    func asks(_ call: Profile.SocketCall, _ suffix: String, _ purpose: String, _ any: Choice) -> Scenario {
      Scenario(
        name: "v4-getsockopt-\(call)\(suffix)", purpose: purpose, options: bytes(any.format, client(any.format)),
        isPositive: true, socketCall: call, client: client(any.format), skip: abilities.lacks(call) ?? any.skip)
    }
    return [
      asks(
        .nat64Peer, "-v6-client",
        "getsockopt 4096 tells an AF_INET socket its IPv6 client; getpeername(2) keeps the load balancer.", anyV6),
      asks(.ttmPeer, "-v6-client", "getsockopt 1345 tells an AF_INET socket its IPv6 client.", anyV6),
      asks(.ttmPeer, "", "getsockopt 1345 tells an AF_INET socket its IPv4 client, too.", anyV4),
    ]
  }

  /// What an application sends first.
  static let request = Array("GET / HTTP/1.0\r\n\r\n".utf8)
}
