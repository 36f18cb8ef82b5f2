// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host

extension Check {
  static let openingVariants = Check(
    "NET10", .network, "MPTCP and Fast Open", about: .module, owner: .application,
    explanation: """
      A server that listens with MPTCP, as every Go program does since 1.24 (golang/go pull request 69016), takes clients that speak it and
      clients that do not. toa.ko knows the client of a plain connection. For one that uses MPTCP the application has another socket
      than the one to which the option came, and sees the load balancer. (With eBPF see BPF11.)

      Few clients ask for MPTCP, and few load balancers pass it on. The kernel counts those that did:
          nstat -az MPTcpExtMPCapableACKRX
      Switch it off, and such clients fall back to TCP; for a Go program alone by its environment:
          sysctl net.mptcp.enabled=0
          GODEBUG=multipathtcp=0

      With TCP Fast Open data and option come in the SYN, which toa reads there (APP01 has a case).
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let files = context.system.files
    let counters = await context.network.counters.value
    let path = "/proc/sys/net/mptcp/enabled"
    let isOn = files.line(path).map { $0 != "0" } ?? false
    let used = isOn ? counters?["MPTcpExt", "MPCapableACKRX"] ?? 0 : 0
    if used > 0 {
      return Outcome(
        .warning,
        "\(used) connection\(used == 1 ? " was" : "s were") accepted with MPTCP: applications see the load balancer there",
        expected: "clients that speak TCP", evidence: ["/proc/net/netstat: MPCapableACKRX \(used) since the boot"],
        fix: ["sysctl net.mptcp.enabled=0, and restart the server", "for a Go program: GODEBUG=multipathtcp=0"])
    }
    let sockets = isOn ? files.openSockets(of: ["MPTCP", "MPTCPv6"]) : 0
    let fast = counters?["TcpExt", "TCPFastOpenPassive"] ?? 0
    let evidence = ["/proc/net/protocols: \(sockets) sockets of MPTCP", "TcpExtTCPFastOpenPassive: \(fast)"]
    if sockets > 0 {
      return Outcome(
        .info, "servers listen with MPTCP; clients that use it would be seen as the load balancer, none did yet",
        evidence: evidence)
    }
    return fast > 0
      ? Outcome(
        .info, "\(fast) connections were opened with Fast Open; the option is read in their SYN", evidence: evidence)
      : Outcome(.ok, "not in use", evidence: evidence)
  }
}
