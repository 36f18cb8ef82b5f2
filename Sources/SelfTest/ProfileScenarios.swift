// SPDX-License-Identifier: Apache-2.0
import Wire

/// The cases that only some profiles ask for.
extension ScenarioList {
  /// The option is in another segment than the one that completes the handshake.
  var elsewhere: [Scenario] {
    let format = anyV4.format
    let client = client(format)
    let option = bytes(format, client)
    let (deferred, late) = (abilities.lacks(.deferred) ?? anyV4.skip, abilities.lacks(.late) ?? anyV4.skip)
    let syn = abilities.lacks(.syn) ?? anyV4.skip
    let limits = abilities.limits
    return [
      Scenario(
        name: "v4-deferred", purpose: "The option is read from the bare ACK that TCP_DEFER_ACCEPT swallows.",
        defersAccept: true, options: option, later: [Scenario.Segment(payload: Self.request)], isPositive: true,
        client: client, skip: abilities.lacks(.deferred, unless: .deferred) ?? anyV4.skip, limit: limits[.deferred]),
      Scenario(
        name: "v4-deferred-no-option", purpose: "A swallowed ACK without an option leaves the load balancer's address.",
        defersAccept: true, later: [Scenario.Segment(payload: Self.request)], client: client, skip: deferred),
      Scenario(
        name: "v4-late", purpose: "Data without an option makes the socket, and the next ACK names the client.",
        payload: Self.request, later: [Scenario.Segment(options: option)], isPositive: true, client: client, skip: late),
      Scenario(
        name: "v4-late-overtaken", purpose: "Data without an option overtakes the ACK that names the client.",
        payload: Self.request, later: [Scenario.Segment(options: option, isOvertaken: true)], isPositive: true,
        client: client, skip: late, limit: limits[.overtaken]),
      Scenario(
        name: "v4-late-untrusted", purpose: "A late option from outside of the trusted prefixes is ignored.",
        isTrusted: false, payload: Self.request, later: [Scenario.Segment(options: option)], client: client, skip: late),
      Scenario(
        name: "v4-syn", purpose: "The option is read from the SYN when nothing else has one.", synOptions: option,
        isPositive: true, client: client, skip: abilities.lacks(.syn, unless: .syn) ?? anyV4.skip, limit: limits[.syn]),
      Scenario(
        name: "v4-syn-and-ack", purpose: "Of a SYN and an ACK with different clients the ACK wins.",
        synOptions: bytes(format, other(client)), options: option, isPositive: true, client: client, skip: syn),
    ]
  }

  /// More than one option with a client in one segment.
  var several: [Scenario] {
    let format = abilities.options.formats.filter { $0.family == .v4 }.min { $0.length < $1.length } ?? anyV4.format
    let client = client(format)
    let (right, wrong) = (bytes(format, client), bytes(format, other(client)))
    let last = abilities.lacks(.last) ?? anyV4.skip
    func fits(_ count: Int) -> String? {
      count * right.count <= TCPOptions.capacity ? nil : "\(count) options \(format) are more than a header holds"
    }
    return [
      Scenario(
        name: "v4-first-of-two", purpose: "Of two options with different clients the first counts.",
        options: right + wrong, isPositive: true, client: client,
        skip: (last == nil ? "`last` is in the profile" : anyV4.skip) ?? fits(2)),
      Scenario(
        name: "v4-last-of-three", purpose: "Of three options, from proxies in a chain, the last counts.",
        options: wrong + wrong + right, isPositive: true, client: client, skip: last ?? fits(3)),
      Scenario(
        name: "v4-last-of-four", purpose: "Four options with a client are more than a chain leaves, and are refused.",
        options: wrong + wrong + wrong + right, client: client, skip: last ?? fits(4)),
    ]
  }

  /// The options of the profile that no other case is about.
  var others: [Scenario] {
    let known: [OptionFormat] = [
      .classic(kind: 254), .classic(kind: 200), .classicV6(kind: 254), .classicV6(kind: 253),
    ]
    return abilities.options.formats.filter { $0.layout != nil && !known.contains($0) }.map { format in
      let isV6 = format.family == .v6
      return Scenario(
        name: "\(isV6 ? "v6" : "v4")-option-\(format.kind)-\(format.length)",
        purpose: "Option \(format.kind) of length \(format.length) gives the client, as the profile says.",
        listener: isV6 ? .v6 : .v4, options: bytes(format, client(format)), isPositive: true, client: client(format))
    }
  }

  /// Another client that an option of the same format can name.
  func other(_ client: Endpoint) -> Endpoint {
    Endpoint(address: Scenario.otherClient.address, port: client.port == 0 ? 0 : Scenario.otherClient.port)
  }
}
