// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What the configuration of a proxy says of connections to its servers under another address than the proxy's own.
struct ProxyConfiguration: Sendable, Equatable {
  /// The proxies whose configuration is understood.
  enum Program: String, Sendable, CaseIterable {
    case haproxy, nginx
  }

  /// A line of a configuration file.
  struct Line: Sendable, Hashable, CustomStringConvertible {
    let path: String
    let number: Int
    /// Its words, one blank between them.
    let text: String

    var description: String { "\(path):\(number): \(text)" }
  }

  /// What makes a proxy connect with another address than its own.
  struct Source: Sendable, Hashable {
    /// Whose address it takes.
    enum Address: Sendable, Hashable {
      /// The one that accept() gave it, with its port or without.
      case client(withPort: Bool)
      /// The one that the PROXY protocol gave it (nginx).
      case proxyProtocol
      /// One from a header of the request.
      case header(String)
      /// Always the same one.
      case fixed(IPAddress)
      /// One that depends on variables.
      case unknown(String)

      /// Whether it is the peer of the client's connection, which TOA changes.
      var isPeer: Bool {
        if case .client = self { true } else { false }
      }
    }

    let line: Line
    let address: Address
  }

  /// A server to which the proxy connects.
  struct Server: Sendable, Hashable {
    let line: Line
    /// Where it is: "10.0.0.5:80", "web1.example.net:80".
    let place: String
    /// Its address; nil where it is a name, or depends on variables.
    let address: IPAddress?
    /// Its port; nil where it is that of the client's connection, or depends on variables.
    let port: UInt16?
    /// What makes the proxy connect to it with another address than its own; nil when nothing does.
    var source: Source?
    /// Whether it is told the client by the PROXY protocol.
    let isTold: Bool
  }

  /// A socket on which the proxy takes connections.
  struct Listener: Sendable, Hashable {
    let line: Line
    /// Its address, unspecified for all of a family; nil where it is a name, or depends on variables.
    let address: IPAddress?
    /// Its ports; empty where they depend on variables.
    let ports: [UInt16]
    /// Whether the client is the one that the PROXY protocol names.
    var acceptsProxy: Bool
    /// Whether a socket of IPv6 also takes IPv4, whose clients it then shows as ::ffff:192.0.2.1; nil where the system decides.
    var takesIPv4: Bool?
    /// Whether it takes connections to addresses that this host does not have.
    let isTransparent: Bool
  }

  /// A part of the configuration that takes connections, makes them, or both: a section of haproxy, a server block of nginx.
  struct Service: Sendable, Equatable {
    let name: String
    var listeners: [Listener] = []
    var servers: [Server] = []
    /// What a server without a source of its own has.
    var source: Source?
    /// Services to which it hands connections on; nil in it is one that is chosen at run time.
    var hands: [String?] = []
  }

  let program: Program
  var services: [Service] = []
  /// The user as whom it works; nil when none is said.
  var user: String?
  /// Capabilities that it keeps as that user: "cap_net_raw".
  var capabilities: [String] = []
  /// Files that were read.
  var paths: [String] = []

  /// The servers that see another address than the proxy's.
  var transparentServers: [Server] { services.flatMap(\.servers).filter { $0.source != nil } }

  /// The lines that say so, each once.
  var sources: [Source] {
    services.flatMap { service in [service.source].compactMap { $0 } + service.servers.compactMap(\.source) }
      .reduce(into: []) { known, source in
        if !known.contains(source) { known.append(source) }
      }
  }

  /// Whether connections are made with another address than the proxy's.
  var isTransparent: Bool { !sources.isEmpty }

  /// The sockets whose clients such servers see.
  var transparentListeners: [Listener] {
    let names = Set(services.filter { $0.source != nil || $0.servers.contains { $0.source != nil } }.map(\.name))
    guard !names.isEmpty else { return [] }
    return services.filter { service in
      names.contains(service.name) || service.hands.contains { $0.map(names.contains) ?? true }
    }.flatMap(\.listeners)
  }

  /// The servers' ports in rising order; empty when one of them is not known.
  var serverPorts: [UInt16] {
    let ports = transparentServers.map(\.port)
    return ports.contains(nil) ? [] : Set(ports.compactMap { $0 }).sorted()
  }

  /// The protocols in which servers answer. Where nobody can say, as servers have names, those in which clients come.
  var families: [IPFamily] {
    let servers = transparentServers.map { $0.address?.family }
    var families = Set(servers.compactMap { $0 })
    if servers.isEmpty || servers.contains(nil) {
      families.insert(.ipv4)
      if transparentListeners.contains(where: { $0.address?.family == .ipv6 }) { families.insert(.ipv6) }
    }
    return IPFamily.allCases.filter(families.contains)
  }
}

extension IPAddress {
  /// The protocol of an address; that of IPv4 for one that is mapped into IPv6.
  var family: IPFamily {
    switch unmapped {
    case .v4: .ipv4
    case .v6: .ipv6
    }
  }

  /// 0.0.0.0 or ::.
  var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
}
