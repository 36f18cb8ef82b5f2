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
    var sockets: Set<String> = []
    var established = 0
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
      try? files.forEachLine(path) { line in
        // "0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 …"; 0A is LISTEN, 01 ESTABLISHED.
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        guard words.count > 9, let port = words[1].split(separator: ":").last, UInt16(port, radix: 16) == number
        else { return }
        if words[3] == "0A" { sockets.insert(String(words[9])) }
        if words[3] == "01" { established += 1 }
      }
    }
    self.number = number
    self.established = established
    isOpen = !sockets.isEmpty
    owners = sockets.isEmpty ? [] : Self.owners(of: sockets, files)
  }

  private static func owners(of sockets: Set<String>, _ files: FileRoot) -> [String] {
    let targets = Set(sockets.map { "socket:[\($0)]" })
    var names: Set<String> = []
    for process in files.processes {
      let folder = "/proc/\(process)/fd"
      let isOwner = files.list(folder).contains { name in
        files.linkTarget("\(folder)/\(name)").map(targets.contains) ?? false
      }
      if isOwner { names.insert(files.line("/proc/\(process)/comm") ?? process) }
    }
    return names.sorted()
  }

  /// Programs that take connections for others: what is behind them sees the proxy, whatever TOA does.
  static let proxies: Set<String> = [
    "haproxy", "envoy", "docker-proxy", "traefik", "varnishd", "squid", "stunnel", "stunnel4", "sslh", "pound", "kong",
    "rootlessport", "slirp4netns", "pasta", "socat", "redir", "istio-proxy", "linkerd2-proxy", "cilium-envoy",
  ]
  /// Programs that are servers and proxies, as they are configured.
  static let servers: Set<String> = ["nginx", "apache2", "httpd", "caddy", "openresty", "tengine", "angie"]
}
