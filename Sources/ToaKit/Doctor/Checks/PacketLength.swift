// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host

extension Check {
  static let packetLength = Check(
    "NET05", .network, "packets fit on the way", owner: .network, watches: true,
    explanation: """
      A load balancer that adds 8 or 20 bytes of option to a segment of full length makes a packet that is longer than the client's was.
      Where its links take no more than 1500 bytes the packet goes in fragments, which firewalls drop, or is not sent at all; short
      requests work, long ones hang. Larger packets (9000) on the balancer's side towards the servers help, and so does a smaller MSS
      here, as the client is then told to send less:
          ip route change default via 10.0.0.254 dev eth0 advmss 1440

      With --capture doctor counts TCP packets that come in fragments, without it says what the interfaces take and what the kernel
      counted of probes for the path's length (sysctl net.ipv4.tcp_mtu_probing).
          ip -s link
          nstat -az TcpExtTCPMTUPFail TcpExtTCPMTUPSuccess IpReasmFails
      """
  ) { context in
    if let seen = await context.seen, seen.fragments > 0 {
      return Outcome(
        .warning, "\(seen.fragments) packets with TCP came in fragments: with the option they are too long for a link",
        expected: "whole packets", evidence: ["capture of \(seen.span): \(seen.fragments) first fragments"],
        fix: [
          "a smaller MSS, so that the option fits: ip route change default via GATEWAY dev INTERFACE advmss 1440",
          "LB team: a larger MTU on the links towards the servers",
        ])
    }
    if let skip = context.unmet(.running) { return skip }
    let interfaces = await context.network.interfaces.value
    guard !interfaces.isEmpty else { return Outcome(.skipped, "no interface is up") }
    let evidence = interfaces.map { "/sys/class/net/\($0.name)/mtu: \($0.mtu)" }
    let counters = await context.network.counters.value
    let failed = counters?["TcpExt", "TCPMTUPFail"] ?? 0
    let sizes = Set(interfaces.filter(\.isPhysical).map(\.mtu)).sorted()
    if sizes.count > 1 {
      return Outcome(
        .info,
        "interfaces take \(sizes.map { "\($0)" }.spoken) bytes: connections follow the smaller of both ends only",
        evidence: evidence)
    }
    let probed = failed == 0 ? "" : "; \(failed) probes for longer packets were lost"
    return Outcome(
      failed == 0 ? .ok : .info, "up to \(interfaces.map(\.mtu).min() ?? 0) bytes\(probed)", evidence: evidence)
  }
}
