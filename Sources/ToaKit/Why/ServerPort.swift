// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A TCP port of this network namespace: who listens on it, and how many connections it has.
struct ServerPort {
  let number: UInt16
  /// Names of the programs that listen on it: "nginx". Empty when none does, or when /proc does not show whose socket it is.
  let owners: [String]
  /// Whether something listens on it.
  let isOpen: Bool
  /// Connections that are established now.
  let established: Int

  init(_ number: UInt16, _ files: FileRoot) {
    let sockets = files.tcpSockets { $0.port == number }
    let listening = Set(sockets.filter(\.isListening).map(\.number))
    self.number = number
    established = sockets.count(where: \.isEstablished)
    isOpen = !listening.isEmpty
    owners = listening.isEmpty ? [] : Self.owners(of: listening, files)
  }

  private static func owners(of sockets: Set<String>, _ files: FileRoot) -> [String] {
    let owners = files.processes.filter { files.socketNumbers(of: $0).contains(where: sockets.contains) }
    return Set(owners.map { files.line("/proc/\($0)/comm") ?? $0 }).sorted()
  }

  /// Programs that take connections for others: what is behind them sees the proxy, whatever TOA does.
  static let proxies: Set<String> = [
    "haproxy", "envoy", "docker-proxy", "traefik", "varnishd", "squid", "stunnel", "stunnel4", "sslh", "pound", "kong",
    "rootlessport", "slirp4netns", "pasta", "socat", "redir", "istio-proxy", "linkerd2-proxy", "cilium-envoy",
  ]
  /// Those of them that cannot tell who the client is, even if they are asked to.
  static let blindProxies: Set<String> = [
    "docker-proxy", "rootlessport", "slirp4netns", "pasta", "pasta.avx2", "rootlesskit", "socat", "redir",
  ]
  /// Programs that are servers and proxies, as they are configured.
  static let servers: Set<String> = ["nginx", "apache2", "httpd", "caddy", "openresty", "tengine", "angie"]
}
