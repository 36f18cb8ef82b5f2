// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension Check {
  static let ipv6 = Check(
    "NET16", .network, "IPv6",
    explanation: """
      An IPv4 socket has no room for an IPv6 client, which load balancers with NAT64 name (options of 20 bytes). A server that listens on
      [::] has, for IPv4 connections as well. On a kernel without IPv6 (`ipv6.disable=1` on its command line) no server can listen so,
      and only the vendors' socket calls tell the client:
          getsockopt(fd, IPPROTO_IP, 4096, ...)
      Switch IPv6 on by taking ipv6.disable=1 out of /etc/default/grub, then update-grub or grub2-mkconfig, and reboot. Whoever does
      not want addresses of the family sets them off another way, which leaves sockets:
          sysctl net.ipv6.conf.all.disable_ipv6=1

      With net.ipv6.bindv6only=1 a server on [::] gets no IPv4 connections unless it asks for them (iqiyi/dpvs pull request 670 is about
      IPv4 connections of IPv6 sockets).
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let files = context.system.files
    let hasIPv6 = files.exists("/proc/net/tcp6")
    guard hasIPv6 || files.exists("/proc/net/tcp") else { return Outcome(.skipped, "/proc/net/tcp is not there") }
    guard hasIPv6 else {
      let clients = (await context.network.clients.value ?? []).filter { $0.hasV6Client && !$0.isOverV6 }
      guard let first = clients.first else {
        return Outcome(.info, "this kernel runs without it; IPv6 clients of a NAT64 load balancer could not be told")
      }
      return Outcome(
        .warning,
        "\(clients.count) connections are of IPv6 clients, which no socket of this kernel can hold: it runs without IPv6",
        expected: "a kernel with IPv6",
        evidence: ["/proc/net/tcp6 is not there", "\(first.balancer) -> \(first.local): \(first.client)"],
        fix: [
          "take ipv6.disable=1 out of /etc/default/grub, then: update-grub && reboot",
          "or ask by getsockopt(fd, IPPROTO_IP, 4096, ...)",
        ])
    }
    if files.line("/proc/sys/net/ipv6/bindv6only") == "1" {
      let listening = await context.network.sockets.value.filter { $0.isListening && $0.isReachable }
      let both = Set(listening.filter { !$0.isV6 }.map(\.port))
      let only = Set(listening.filter(\.isV6).map(\.port)).subtracting(both).sorted()
      if !only.isEmpty {
        return Outcome(
          .info,
          "servers on port \(only.prefix(6).map { "\($0)" }.spoken) get IPv4 connections only if they ask for them",
          evidence: ["/proc/sys/net/ipv6/bindv6only: 1"])
      }
    }
    return Outcome(.ok, "sockets can have clients of both families")
  }
}

extension ClientConnection {
  /// Whether the client has an IPv6 address.
  var hasV6Client: Bool { Endpoint(client).map { !$0.isV4 } ?? false }
  /// Whether the load balancer came by IPv6.
  var isOverV6: Bool { Endpoint(balancer).map { !$0.isV4 } ?? false }
}

extension Endpoint {
  fileprivate var isV4: Bool { if case .v4 = address.unmapped { true } else { false } }
}
