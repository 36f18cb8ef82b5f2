// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import Wire

extension Check {
  static let proxies = Check(
    "NET13", .network, "who has the ports", owner: .application,
    explanation: """
      TOA gives the client to the program that accepts the connection. A proxy (haproxy, envoy, nginx) sees the client and has to pass it
      on: by the PROXY protocol, or for HTTP in X-Forwarded-For.
          haproxy: server web1 10.0.0.5:80 send-proxy-v2
          nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;

      docker-proxy, slirp4netns, pasta and rootlessport are proxies that can tell nothing: what is behind them sees the container bridge.
      Docker normally forwards connections of other hosts in the kernel, and docker-proxy only gets those of the host itself; where
      doctor finds others, the kernel's forwarding is off ("iptables": false) or does not apply. Let the container have the port itself:
          docker run --network host ...
          podman run --network host ...      (or --network slirp4netns:port_handler=slirp4netns, which keeps the peer)
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let services = await context.network.services.value
    guard !services.isEmpty else {
      return Outcome(.ok, "no server listens where others can reach it, or none is shown")
    }
    let blind = services.filter { ServerPort.blindProxies.contains($0.name) }
    let connections = await context.network.sockets.value.filter { socket in
      socket.isEstablished && !socket.peer.address.isLoopback
        && socket.peer.address.unmapped != socket.local.address.unmapped
    }
    let used = blind.filter { service in connections.contains { service.ports.contains($0.port) } }
    if let service = used.first {
      let seen = connections.filter { service.ports.contains($0.port) }
      return Outcome(
        .warning, "\(service.label) takes connections of other hosts, and what is behind it sees this host",
        expected: "a server that has the port itself",
        evidence: seen.prefix(3).map { "/proc/net/tcp: \($0.peer) -> \($0.local)" },
        fix: [
          "docker run --network host ...  (podman: the same)",
          "or put a proxy on the host that passes the client on by PROXY protocol",
        ])
    }
    let telling = services.filter { ServerPort.proxies.contains($0.name) && !ServerPort.blindProxies.contains($0.name) }
    guard let proxy = telling.first else {
      return Outcome(.ok, services.prefix(6).map(\.label).spoken)
    }
    return Outcome(
      .info,
      "\(telling.prefix(4).map(\.label).spoken): the client ends there; servers behind \(proxy.name) see it only "
        + "by PROXY protocol or X-Forwarded-For")
  }
}
