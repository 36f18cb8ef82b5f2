// SPDX-License-Identifier: Apache-2.0
import Bpf
import Capture
import Wire

@testable import ToaKit

/// Ways in which a proxy that shows clients to its servers is broken, or what brings the servers' answers back to it.
extension BrokenWay {
  static let transparent = parts + conflicts + rights + paths + clients

  private static let toa = TransparentHost.Maker.toa(TransparentHost.settings)
  private static let issue = "issue 7"

  /// A way that files and answers of a host with such a proxy show.
  private init(
    _ name: String, from source: String, cause: String, owner: Owner = .host, on healthy: HealthyHost = .debian,
    by maker: TransparentHost.Maker = .toa(TransparentHost.settings),
    _ configuration: String = TransparentHost.configuration(), files: [String: String?] = [:],
    answers: (@Sendable (inout DoctorHost) -> Void)? = nil
  ) {
    self.init(name, from: source, cause: cause, owner: owner, on: healthy) { host in
      try host.serve(TransparentHost.files(maker, configuration, files))
      (answers ?? TransparentHost.answer(maker))(&host)
    }
  }

  private static let six = TransparentHost.configuration(
    binds: ["bind :443", "bind :::443 v6only"], servers: ["server a 10.0.5.5:8080", "server b [2001:db8:5::5]:8080"])

  private static let parts: [BrokenWay] = [
    BrokenWay(
      "haproxy shows clients, and nothing brings answers back", from: "vendor document 004", cause: "NET14", by: .nobody
    ),
    BrokenWay(
      "nginx shows clients, and nothing brings answers back", from: "nginx: proxy_bind transparent", cause: "NET14",
      by: .nobody, "",
      files: [
        "/etc/nginx/nginx.conf": """
        stream { server { listen 25; proxy_bind $remote_addr transparent; proxy_pass 10.0.5.5:25; } }

        """
      ]),
    BrokenWay(
      "the rule and the route of the vendor's page were lost at a reboot", from: "vendor document 004", cause: "NET14",
      by: .hand, answers: TransparentHost.answer(.hand, locals: [], own: [])),
    BrokenWay(
      "iptables -F took the mark away", from: "vendor document 004: its first line", cause: "NET14", by: .hand,
      answers: TransparentHost.answer(.hand, saved: [])),
    BrokenWay(
      "the rules by hand are for IPv4 alone, and a server has IPv6", from: "vendor document 004", cause: "NET14",
      by: .hand, six),
    BrokenWay(
      "toa's own parts were flushed", from: issue, cause: "NET14",
      answers: TransparentHost.answer(toa, flushed: true)),
    BrokenWay(
      "toa's rules of ip rule are gone", from: "networkd removes rules that it does not know", cause: "NET14",
      answers: TransparentHost.answer(toa, own: [])),
    BrokenWay(
      "a server has a port that was not named", from: issue, cause: "NET14",
      TransparentHost.configuration(servers: ["server web1 10.0.5.5:8443"])),
  ]

  private static let conflicts: [BrokenWay] = [
    BrokenWay(
      "a firewall sets the whole mark", from: issue, cause: "NET21",
      answers: TransparentHost.answer(toa, marking: ["inet fw pre: meta mark set 0x00000002"])),
    BrokenWay(
      "the connection's mark is restored over it", from: "iptables-extensions(8): CONNMARK", cause: "NET21",
      answers: TransparentHost.answer(
        toa, marking: ["ip mangle PREROUTING: counter packets 9 bytes 900 meta mark set ct mark"])),
    BrokenWay(
      "policy routing by interface sets the whole mark", from: issue, cause: "NET21",
      answers: TransparentHost.answer(toa, marking: ["ip mangle PREROUTING: iifname \"eth1\" meta mark set 0x00000002"])
    ),
    BrokenWay(
      "wg-quick's rule comes before the one by hand", from: "wg-quick(8): not fwmark", cause: "NET21", by: .hand,
      answers: TransparentHost.answer(.hand, rules: ["32764:\tnot from all fwmark 0xca6c lookup 51820"])),
    BrokenWay(
      "a rule with a smaller number takes the servers' packets", from: "hosts with two ways out", cause: "NET21",
      answers: TransparentHost.answer(toa, rules: ["100:\tfrom 10.0.5.0/24 lookup 7"])),
    BrokenWay(
      "another rule uses the table", from: issue, cause: "NET21",
      answers: TransparentHost.answer(toa, rules: ["900:\tfrom 192.0.2.0/24 lookup 862"])),
  ]

  private static let rights: [BrokenWay] = [
    BrokenWay(
      "haproxy runs as a user without rights", from: "haproxy's configuration manual: setcap", cause: "NET20",
      files: ["/proc/900/status": "Name:\thaproxy\nCapEff:\t0000000000000000\nSeccomp:\t0\n"]),
    BrokenWay(
      "haproxy does not start as its user", from: "haproxy 2.6: global.uid cannot be changed", cause: "NET20",
      TransparentHost.configuration(global: "user haproxy"),
      files: ["/proc/900/comm": "cat\n"]),
    BrokenWay(
      "the unit of nginx forbids CAP_NET_RAW", from: "nginx 1.13.8", cause: "NET20", "",
      files: [
        "/etc/nginx/nginx.conf": """
        stream { server { listen 25; proxy_bind $remote_addr transparent; proxy_pass 10.0.5.5:8080; } }

        """, "/proc/900/comm": "nginx\n", "/proc/900/status": "Name:\tnginx\nCapEff:\t0000000000000400\nSeccomp:\t0\n",
      ]),
  ]

  private static let second: [String: String?] = [
    "/sys/class/net/eth1/flags": "0x1003\n", "/sys/class/net/eth1/mtu": "1500\n", "/sys/class/net/eth1/device/": "",
  ]
  private static let paths: [BrokenWay] = [
    BrokenWay(
      "wg-quick set src_valid_mark", from: "wg-quick(8)", cause: "NET22",
      files: second.merging(["/proc/sys/net/ipv4/conf/all/src_valid_mark": "1\n"]) { $1 }),
    BrokenWay(
      "firewalld looks for the way back by the mark", from: "firewalld.conf(5): IPv6_rpfilter", cause: "NET22", six,
      answers: TransparentHost.answer(
        toa, marking: ["inet firewalld pre: meta nfproto ipv6 fib saddr . mark . iif oif missing drop"])),
    BrokenWay(
      "the servers' default route is another router", from: "haproxy's configuration manual: source", cause: "NET23",
      owner: .network, files: TransparentHost.waiting("203.0.113.7:5555", "10.0.5.5:8080")),
    BrokenWay(
      "client and server are in one network", from: issue, cause: "NET23", owner: .network,
      files: TransparentHost.waiting("10.0.5.77:5555", "10.0.5.5:8080")),
    BrokenWay(
      "answers come by another interface, and the filter is strict", from: issue, cause: "NET23",
      files: TransparentHost.waiting("203.0.113.7:5555", "10.0.5.5:8080").merging(second) { $1 }.merging([
        "/proc/sys/net/ipv4/conf/eth1/rp_filter": "1\n",
        "/proc/net/netstat": DoctorHost.netstat(["IPReversePathFilter": 4000]),
      ]) { $1 }),
    BrokenWay(
      "a server is on the proxy's own host", from: issue, cause: "NET23",
      TransparentHost.configuration(servers: ["server own 127.0.0.1:8080"])),
  ]

  private static let clients: [BrokenWay] = [
    BrokenWay(
      "one socket takes both protocols", from: "haproxy: Cannot bind to tproxy source address", cause: "NET24",
      TransparentHost.configuration(binds: ["bind :::443 v4v6"])),
    BrokenWay(
      "IPv6 clients come, and servers have IPv4", from: "haproxy: Cannot bind to tproxy source address", cause: "NET24",
      TransparentHost.configuration(binds: ["bind :443", "bind :::443 v6only"])),
    BrokenWay(
      "haproxy is outside of the cgroup that eBPF covers", from: issue, cause: "NET15", on: .debianWithBpf,
      files: ["/proc/812/cgroup": "0::/web.slice/nginx.service\n"]
    ) { host in
      TransparentHost.answer(toa)(&host)
      host.bpf = .live { $0.settings.cgroup = "/sys/fs/cgroup/web.slice" }
      host.bpf.counters = { () throws(BpfError) in [BpfCounter(name: "syn_recv_sock_toa", perCPU: [40, 2])] }
    },
    BrokenWay(
      "haproxy takes the client from the PROXY protocol", from: issue, cause: "NET15",
      TransparentHost.configuration(binds: ["bind :443 accept-proxy"])),
    BrokenWay(
      "the load balancer names IPv6 clients, and servers have IPv4", from: issue, cause: "NET15",
      files: [
        "/proc/net/toa_table": DoctorHost.table((DoctorHost.clientV6, DoctorHost.balancer, DoctorHost.server))
      ]),
  ]
}
