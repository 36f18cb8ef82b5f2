// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let forwardedPorts = Check(
    "NET12", .network, "nothing forwards before the server",
    explanation: """
      The option reaches whoever completes the handshake. Where this host forwards a port, that is another socket than the one that
      listens here: IPVS takes connections to its services before a local server is asked, and a rule that changes the source of
      packets (SNAT, masquerading) makes another peer of the load balancer, which then may not be a trusted one.

      Kubernetes does both with services of the kind `Cluster`: a node hands connections on to pods of other nodes, with its own address.
      With `Local` they stay on the node, and keep the load balancer's address and option:
          kubectl patch svc NAME -p '{"spec":{"externalTrafficPolicy":"Local"}}'

      Look at the services and rules, and take those out that should not be there:
          ipvsadm -Ln
          nft list ruleset
          iptables-save -t nat
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let services = await context.network.services.value
    let virtual = VirtualService.read(context.system.files).filter { !$0.isLocal }
    let taken = services.compactMap { service -> (ListeningService, VirtualService)? in
      // kube-proxy itself holds the ports of the services that it makes.
      guard service.name != "kube-proxy" else { return nil }
      return virtual.first { service.ports.contains($0.port) }.map { (service, $0) }
    }
    if let (service, first) = taken.first {
      return Outcome(
        .warning,
        "IPVS takes connections to port \(first.port) before \(service.name) does, and hands them to other hosts",
        expected: "no IPVS service for a port on which a server listens",
        evidence: taken.map { "\(VirtualService.path): \($0.1.line)" },
        fix: ["ipvsadm -Ln", "ipvsadm -D -t ADDRESS:\(first.port), or stop keepalived"])
    }
    let rules = await context.network.rules.value
    if let change = rules?.having("snat", "masquerade", hook: "input").first {
      return Outcome(
        .warning,
        "a rule changes the source of connections before servers see them: it is not the load balancer any more",
        expected: "no source NAT on the way in", evidence: ["\(change.chain): \(change.text)"],
        fix: [
          change.chain.hasPrefix("ip nat") && change.text.hasPrefix("-A ")
            ? "iptables -t nat -D\(change.text.dropFirst(2))" : "nft -a list chain \(change.chain)",
          "toa capture shows who connects then; trust that address: toa install --trust ADDRESS",
        ])
    }
    let kube = rules?.hasChain("KUBE-SERVICES") == true || rules?.hasChain("KUBE-NODEPORTS") == true
    if kube || !virtual.isEmpty {
      return Outcome(
        .info,
        "\(kube ? "kube-proxy" : "IPVS") forwards ports here; for the client use externalTrafficPolicy: Local",
        evidence: virtual.prefix(4).map { "\(VirtualService.path): \($0.line)" })
    }
    guard rules != nil else {
      return Outcome(.skipped, "no IPVS service; the packet filter's rules cannot be read (root, nft or iptables-save)")
    }
    return Outcome(.ok, "no IPVS service and no source NAT on the way in")
  }
}

/// A TCP service of IPVS, as /proc/net/ip_vs shows it.
private struct VirtualService {
  static let path = "/proc/net/ip_vs"
  let line: String
  let port: UInt16
  /// Whether all of its servers are this host itself.
  var isLocal: Bool { forwarding.allSatisfy { $0 == "Local" } && !forwarding.isEmpty }
  private var forwarding: [String] = []

  /// "TCP  0A000001:0050 rr", then "  -> 0A000002:0050 Masq 1 0 0" for each server.
  static func read(_ files: FileRoot) -> [VirtualService] {
    var services: [VirtualService] = []
    var isTCP = false
    for line in (files.line(path) ?? "").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.first == "->" {
        if isTCP, words.count > 2, words[2] != "Forward" {
          services[services.count - 1].forwarding.append(String(words[2]))
        }
        continue
      }
      isTCP = false
      guard words.count >= 2, words[0] == "TCP", let port = words[1].split(separator: ":").last,
        let number = UInt16(port, radix: 16)
      else { continue }
      services.append(VirtualService(line: words.joined(separator: " "), port: number))
      isTCP = true
    }
    return services
  }

  private init(line: String, port: UInt16) {
    self.line = line
    self.port = port
  }
}
