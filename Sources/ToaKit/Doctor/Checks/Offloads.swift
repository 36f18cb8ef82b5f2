// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let largeReceive = Check(
    "NET17", .network, "large receive offload",
    explanation: """
      A network card with LRO makes one long segment of several. Headers that differ are merged, and an option of a later segment can get
      lost with them; that of the handshake is hardly ever concerned, as it comes alone. GRO, the kernel's own way, keeps options as they
      are.

      For a server LRO is not worth it:
          ethtool -K eth0 lro off
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    guard context.system.run.find("ethtool") != nil else { return Outcome(.skipped, "needs ethtool") }
    let cards = await context.network.interfaces.value.filter(\.isPhysical).prefix(4)
    var on: [NetworkInterface] = []
    for card in cards {
      let result = try? await context.system.run.run(Command("ethtool", ["-k", card.name]))
      if result?.output.contains("large-receive-offload: on") == true { on.append(card) }
    }
    guard !on.isEmpty else { return Outcome(.ok, cards.isEmpty ? "no network card" : "off") }
    return Outcome(
      .info, "\(on.map(\.name).spoken) may merge segments with different options",
      evidence: on.map { "ethtool -k \($0.name): large-receive-offload: on" },
      fix: on.map { "ethtool -K \($0.name) lro off" })
  }

  static let earlyPrograms = Check(
    "NET18", .network, "programs before the kernel's TCP",
    explanation: """
      Programs on an interface (XDP, or tc with eBPF: Cilium, Calico, Katran, DDoS filters) see packets before TCP does, and can drop,
      redirect or rewrite them. Most leave options alone.

      Where a capture (which is taken behind XDP) shows no option, and one at
      another host does, look at them:
          bpftool net
          ip link show
          tc filter show dev eth0 ingress
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    guard context.system.run.find("ip") != nil,
      let links = try? await context.system.run.run(Command("ip", ["-o", "link", "show"])), links.status == 0
    else { return Outcome(.skipped, "needs ip(8)") }
    // "2: eth0: <...> mtu 1500 xdp/id:42 qdisc mq ..." or "... \    prog/xdp id 42 ..."
    var found = links.output.split(separator: "\n").compactMap { line -> String? in
      guard line.contains(" xdp") || line.contains("prog/xdp") else { return nil }
      let name = line.split(separator: " ").dropFirst().first.map { $0.prefix { $0 != ":" && $0 != "@" } } ?? ""
      return "\(name): XDP"
    }
    if context.system.run.find("tc") != nil,
      let queues = try? await context.system.run.run(Command("tc", ["qdisc", "show"]))
    {
      // "qdisc clsact ffff: dev eth0 parent ffff:fff1"
      found += queues.output.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ")
        guard words.count > 4, words[1] == "clsact", words[3] == "dev" else { return nil }
        return "\(words[4]): tc"
      }
    }
    guard !found.isEmpty else { return Outcome(.ok, "none") }
    return Outcome(.info, "\(found.count) see packets first", evidence: found)
  }
}
