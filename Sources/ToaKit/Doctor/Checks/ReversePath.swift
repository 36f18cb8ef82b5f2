// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let reversePath = Check(
    "NET11", .network, "reverse path filter", watches: true,
    explanation: """
      With rp_filter=1 the kernel drops packets that come in by another interface than the one by which it would answer. A server with two
      interfaces, whose load balancer comes by one and whose default route is the other, loses the load balancer's SYNs without a word;
      so does one that gets them by a tunnel. The value that holds is the larger one of `all` and the interface.

      The kernel counts the drops, of which a few are strays:
          nstat -az TcpExtIPReversePathFilter
      2 drops only what no interface could answer:
          sysctl net.ipv4.conf.eth1.rp_filter=2
      and for good in a file below /etc/sysctl.d. Better, give the answers the way that the packets came (ip rule, a table for each
      interface).
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let files = context.system.files
    let folder = "/proc/sys/net/ipv4/conf"
    func value(_ name: String) -> Int { files.line("\(folder)/\(name)/rp_filter").flatMap { Int($0) } ?? 0 }
    guard files.isDirectory(folder) else { return Outcome(.skipped, "\(folder) is not there") }
    let all = value("all")
    let interfaces = await context.network.interfaces.value
    let strict = interfaces.filter { max(all, value($0.name)) == 1 }
    guard let counters = await context.network.counters.value,
      let dropped = counters["TcpExt", "IPReversePathFilter"]
    else { return Outcome(.skipped, "the kernel's counters cannot be read", evidence: ProtocolCounters.paths) }
    let evidence =
      ["TcpExtIPReversePathFilter: \(dropped) since the boot", "\(folder)/all/rp_filter: \(all)"]
      + strict.map { "\(folder)/\($0.name)/rp_filter: \(value($0.name))" }
    let growth = await context.seen?.growth("TcpExt", "IPReversePathFilter") ?? 0
    // A few strays are dropped everywhere; a thousand, on a host with two ways out, are somebody's connections.
    guard !strict.isEmpty, growth > 0 || dropped >= 1000 && interfaces.count > 1 else {
      return dropped == 0 || strict.isEmpty
        ? Outcome(.ok, strict.isEmpty ? "drops nothing here" : "strict, and dropped nothing", evidence: evidence)
        : Outcome(.info, "strict; \(dropped) packets were dropped since the boot", evidence: evidence)
    }
    return Outcome(
      .warning,
      "the strict filter drops packets: \(growth > 0 ? "\(growth) during the capture" : "\(dropped) since the boot")",
      expected: "no packet dropped", evidence: evidence,
      fix: strict.map { "sysctl net.ipv4.conf.\($0.name).rp_filter=2" })
  }
}
