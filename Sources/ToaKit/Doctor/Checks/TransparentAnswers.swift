// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import Wire

extension Check {
  static let transparentAnswers = Check(
    "NET23", .network, "answers to a transparent proxy",
    explanation: """
      A server answers the client's address, and by its own route to it. Only where that leads through this host the proxy gets the
      answer; else the server's SYN-ACK goes to the client by another way, the client refuses it, and the proxy waits in SYN_SENT until
      its time is up. On the server this has to name the proxy as the next hop:
          ip route get CLIENT

      So the proxy is the servers' default gateway, or a rule on the server sends what comes from its port there:
          ip rule add ipproto tcp sport 8080 lookup 200
          ip route add default via PROXY table 200
      A client in the server's own network is answered directly, whatever the default route. A server on the proxy's own host answers
      without any packet coming in, which no rule can divert. Give such servers the client by the PROXY protocol instead:
          server web1 10.0.0.5:80 send-proxy-v2

      With rp_filter=1 the kernel drops answers that arrive by another interface than the one by which it reaches the server:
          nstat -az TcpExtIPReversePathFilter
          toa tproxy enable --interface eth1
      """
  ) { context in
    let facts: TransparentFacts
    switch await context.transparent(whole: true) {
    case .nothing(let outcome): return outcome
    case .facts(let found): facts = found
    }
    // What is lost on this host has its own check.
    let ways = facts.families.map { facts.way($0) }
    if ways.contains(where: {
      !facts.earlierRules($0).isEmpty || facts.overwritingRules($0).contains(where: facts.meetsAll)
    }) {
      return Outcome(.skipped, "needs the marks of its packets (NET21)")
    }
    let names = await context.network.interfaces.value.map(\.name)
    guard facts.asking(names, context.system.files).isEmpty, facts.checkingRules.isEmpty else {
      return Outcome(.skipped, "needs a reverse path without marks (NET22)")
    }
    let waiting = context.system.files.tcpSockets { $0.isConnecting && $0.retransmissions > 0 }.filter { socket in
      let address = socket.local.address.unmapped
      return address.isUsableClient && !facts.isOwn(address)
    }
    guard waiting.isEmpty else { return await unanswered(waiting, facts, context) }
    let near = facts.servers.filter { $0.address.map(facts.isOwn) ?? false }
    if let server = near.first {
      return Outcome(
        .warning, "\(server.place) is on this host: its answers to clients never come in, and reach no proxy",
        expected: "servers on other hosts, or without a foreign address", evidence: near.map(\.line.description),
        fix: [
          "tell this server the client by the PROXY protocol: server … \(server.place) send-proxy-v2, without usesrc"
        ])
    }
    if let meeting = await neighbours(facts, context).first { return answeredDirectly(meeting, [], seen: false) }
    return Outcome(.ok, "no connection waits for one")
  }

  /// A client and a server that reach each other without this host.
  private typealias Meeting = (client: IPAddress, server: String, network: TransparentFacts.OwnAddress)

  private static func unanswered(
    _ waiting: [TCPSocket], _ facts: TransparentFacts, _ context: DoctorContext
  ) async -> Outcome {
    let servers = Set(waiting.map { $0.peer.unmapped.description }).sorted()
    let evidence = waiting.prefix(4).map { "SYN_SENT: \($0.local.unmapped) -> \($0.peer.unmapped)" }
    let client = waiting[0].local.address.unmapped
    let meeting = waiting.lazy.compactMap { socket -> Meeting? in
      let (client, server) = (socket.local.address.unmapped, socket.peer.unmapped)
      return facts.network(of: client, server.address).map { (client, "\(server)", $0) }
    }.first
    if let meeting { return answeredDirectly(meeting, evidence, seen: true) }
    let files = context.system.files
    func value(_ name: String) -> Int {
      files.line("/proc/sys/net/ipv4/conf/\(name)/rp_filter").flatMap { Int($0) } ?? 0
    }
    let strict = await context.network.interfaces.value.map(\.name).filter { max(value("all"), value($0)) == 1 }
    let dropped = await context.network.counters.value?["TcpExt", "IPReversePathFilter"] ?? 0
    let growth = await context.seen?.growth("TcpExt", "IPReversePathFilter") ?? 0
    // A few strays are dropped everywhere.
    if !strict.isEmpty, growth > 0 || dropped >= 100 {
      return Outcome(
        .error,
        "answers of \(servers.prefix(4).spoken) do not come to the proxy, and the strict reverse path filter drops packets",
        expected: "a loose filter on the interface by which answers arrive",
        evidence: evidence + ["TcpExtIPReversePathFilter: \(dropped)"]
          + strict.map { "/proc/sys/net/ipv4/conf/\($0)/rp_filter: \(value($0))" },
        fix: ["toa tproxy enable --interface \(strict.joined(separator: ","))"])
    }
    return Outcome(
      .error,
      "no answer comes back from \(servers.prefix(4).spoken): the route from there to clients does not lead through this host",
      expected: "servers that reach their clients by this host", evidence: evidence,
      fix: [
        "on the server: ip route get \(client)  (has to lead through this host)",
        "on the server: ip route replace default via \(facts.gateway(for: waiting[0].peer.address.unmapped))",
      ], owner: .network)
  }

  private static func answeredDirectly(_ meeting: Meeting, _ evidence: [String], seen: Bool) -> Outcome {
    let network = "\(meeting.network.interface): \(meeting.network.network)"
    return Outcome(
      seen ? .error : .warning,
      "the client \(meeting.client) is in the server's own network (\(meeting.network.network)), and \(meeting.server) answers it "
        + "directly",
      expected: "clients in other networks than the servers'", evidence: evidence + [network],
      fix: [
        "put the servers into a network of their own behind this host, or tell them the client: server … \(meeting.server) send-proxy-v2"
      ], owner: .network)
  }

  /// Clients with an open connection to the proxy whose server would answer them directly, and who have none to it.
  private static func neighbours(_ facts: TransparentFacts, _ context: DoctorContext) async -> [Meeting] {
    let ports = Set(facts.listeners.flatMap(\.ports))
    let open = await context.network.sockets.value.filter { $0.isEstablished }
    let known = (await context.network.clients.value ?? []).compactMap { connection -> IPAddress? in
      guard let local = Endpoint(connection.local), ports.contains(local.port) else { return nil }
      return Endpoint(connection.client)?.address.unmapped
    }
    // With TOA the peer is the load balancer, whose checks of health are nobody's loss.
    let peers = open.filter { ports.contains($0.port) && facts.isOwn($0.local.address) }.map {
      $0.peer.address.unmapped
    }
    let clients = context.isWorking ? known : peers
    return Set(clients).filter { !facts.isOwn($0) }.sorted { $0.description < $1.description }.compactMap { client in
      guard !open.contains(where: { $0.local.address.unmapped == client }) else { return nil }
      return facts.servers.lazy.compactMap { server -> Meeting? in
        guard let address = server.address, address.unmapped != client else { return nil }
        return facts.network(of: client, address).map { (client, server.place, $0) }
      }.first
    }
  }
}

extension TransparentFacts {
  /// This host's address in a server's network, or a word for it.
  fileprivate func gateway(for server: IPAddress) -> String {
    addresses.first { !$0.address.isLoopback && $0.network.contains(server) }.map { "\($0.address)" } ?? "THIS-HOST"
  }
}
