// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension Check {
  static let transparentClient = Check(
    "NET15", .network, "client of a transparent proxy",
    explanation: """
      A transparent proxy on a host with TOA connects to its servers with the address that accept() gave it, which is the client's own from
      the option. That is what is wanted, and it takes three things: the proxy's process has to be in the cgroup that eBPF covers, the
      socket must not take the client from the PROXY protocol (`accept-proxy`), and the proxy has to bind the peer's address (`usesrc
      client` or `clientip`, `$remote_addr`), not one from a header.

      Clients of the other protocol cannot be shown: a connection to an IPv4 server has an IPv4 source. Where the load balancer names IPv6
      clients (254/20), let the proxy listen on IPv6 and give it servers with IPv6 addresses.

      The servers' answers to that address have to come back through this host (NET14, NET23), and firewalls between them see addresses of
      the Internet on an inner network.
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    let facts = await context.network.transparent.value
    guard !facts.proxies.isEmpty else { return Outcome(.ok, "none is configured") }
    if let skip = context.unmet(.working) { return skip }
    let scope = context.bpf.scope
    let left = context.usesBpf && scope != "/" ? facts.processes.filter { !$0.isIn(scope) } : []
    if let process = left.first {
      return Outcome(
        .error, "\(process.label) is not in \(scope), the cgroup that eBPF covers: its servers see the load balancer",
        expected: "the proxy in the covered cgroup",
        evidence: left.prefix(4).map { "\($0.label): cgroup \($0.cgroup)" } + facts.evidence,
        fix: ["toa load --backend ebpf --cgroup \(context.bpf.typed(process.cgroup))"])
    }
    let told = facts.listeners.filter(\.acceptsProxy)
    if let listener = told.first {
      return Outcome(
        .warning,
        "\(facts.names) takes the client from the PROXY protocol on \(listener.label), and its servers see that one, not TOA's",
        expected: "one of the two", evidence: told.map(\.line.description),
        fix: [
          "take `accept-proxy` (nginx: `proxy_protocol`) from the line \(listener.line.path):\(listener.line.number), or switch TOA "
            + "off at the load balancer for this port"
        ])
    }
    let ports = Set(facts.listeners.flatMap(\.ports))
    let six = (await context.network.clients.value ?? []).filter { connection in
      guard let client = Endpoint(connection.client), let local = Endpoint(connection.local) else { return false }
      return client.address.family == .ipv6 && ports.contains(local.port)
    }
    if let connection = six.first, !facts.servers.contains(where: { $0.address.map { $0.family == .ipv6 } ?? true }) {
      return Outcome(
        .warning,
        "the client \(connection.client) has IPv6 and the servers IPv4: it cannot be shown to them (\(six.count) such connections)",
        expected: "servers with IPv6 addresses for IPv6 clients",
        evidence: six.prefix(4).map { "\($0.client) by \($0.balancer) to \($0.local)" } + facts.evidence,
        fix: ["give the proxy a backend with the servers' IPv6 addresses, or tell them the client: send-proxy-v2"])
    }
    let others = facts.proxies.flatMap(\.sources).filter { !$0.address.isPeer }
    if let other = others.first {
      return Outcome(
        .info, "its servers see an address that does not come from TOA: \(other.line.text)",
        evidence: others.map(\.line.description))
    }
    return Outcome(
      .info, "its servers see the client that TOA has read, and answer to that address", evidence: facts.evidence)
  }

  static let transparentFamilies = Check(
    "NET24", .network, "protocols of a transparent proxy",
    explanation: """
      The source and the destination of a packet are of one protocol, so a proxy can show an IPv4 client to an IPv4 server and an IPv6
      client to an IPv6 server; connections of the others fail (haproxy: "Cannot bind to tproxy source address").

      A socket that takes both protocols (`bind :::443 v4v6`, or `bind :::443` where net.ipv6.bindv6only is 0) shows IPv4 clients as
      ::ffff:192.0.2.1, which can be shown to no server at all. Let each protocol have its own socket:
          bind :443
          bind :::443 v6only
      and where servers have one protocol only, give the other's clients a frontend whose backend has no `usesrc`.
      """
  ) { context in
    let facts: TransparentFacts
    switch await context.transparent() {
    case .nothing(let outcome): return outcome
    case .facts(let found): facts = found
    }
    let takesBoth = context.system.files.line("/proc/sys/net/ipv6/bindv6only") != "1"
    for proxy in facts.proxies where proxy.sources.contains(where: { $0.address.isPeer }) {
      let listeners = proxy.transparentListeners.filter { !$0.acceptsProxy }
      let own = Set(listeners.filter { $0.address?.family == .ipv4 }.flatMap(\.ports))
      let both = listeners.filter { listener in
        guard let address = listener.address, address.family == .ipv6, address.isUnspecified else { return false }
        return (listener.takesIPv4 ?? takesBoth) && own.isDisjoint(with: listener.ports)
      }
      if let listener = both.first {
        return Outcome(
          .error,
          "IPv4 clients come to \(listener.label) as ::ffff:192.0.2.1, which can be shown to no server: their connections fail",
          expected: "a socket for each protocol", evidence: both.map(\.line.description),
          fix: [proxy.program.separate(listener.ports.first ?? 443)])
      }
      let known = proxy.transparentServers.map { $0.address?.family }
      guard !known.isEmpty, !known.contains(nil), let server = Set(known.compactMap { $0 }).first, Set(known).count == 1
      else { continue }
      let strange = listeners.filter { $0.address.map { $0.family != server } ?? false }
      if let listener = strange.first, let family = listener.address?.family {
        return Outcome(
          .warning,
          "\(family.title) clients come to \(listener.label), and all servers have \(server.title): their connections fail",
          expected: "servers of the clients' protocol",
          evidence: strange.map(\.line.description) + proxy.transparentServers.prefix(3).map(\.line.description),
          fix: ["give \(family.title) clients a backend of their own: \(family.title) servers, or one without usesrc"])
      }
    }
    return Outcome(.ok, "clients and servers have the same")
  }
}

extension ProxyConfiguration.Program {
  /// The lines for a socket of each protocol.
  fileprivate func separate(_ port: UInt16) -> String {
    switch self {
    case .haproxy: "write two lines in its place: bind :\(port) and: bind :::\(port) v6only"
    case .nginx: "write two lines in its place: listen \(port); and: listen [::]:\(port) ipv6only=on;"
    }
  }
}

extension ProxyConfiguration.Listener {
  /// "[::]:443", "*:80".
  fileprivate var label: String {
    let port = ports.first.map(String.init) ?? "its port"
    guard let address, !address.isUnspecified else { return (address?.family == .ipv6 ? "[::]:" : "*:") + port }
    return ports.first.map { Endpoint(address: address, port: $0).description } ?? "\(address)"
  }
}

extension ProxyProcess {
  /// Whether a cgroup covers it.
  fileprivate func isIn(_ scope: String) -> Bool { cgroup == scope || cgroup.hasPrefix(scope + "/") }
}
