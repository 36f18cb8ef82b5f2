// SPDX-License-Identifier: Apache-2.0
import Bpf
import Host
import Testing
import Wire

@testable import ToaKit

/// What doctor says of proxies that connect with foreign addresses: every outcome of each check.
@Suite struct DoctorTransparentTests {
  private typealias Transparent = TransparentHost

  private static func one(
    _ check: String, _ expected: Finding.Status, _ name: String, says: String = "", fix: String? = nil,
    by maker: TransparentHost.Maker = .toa(TransparentHost.settings), _ state: DoctorHost.State = .loaded,
    _ configuration: String = TransparentHost.configuration(), _ changes: [String: String?] = [:],
    answers: (@Sendable (inout DoctorHost) -> Void)? = nil
  ) -> Situation {
    let files = TransparentHost.files(maker, configuration, changes).filter { path, _ in
      !changes.contains { $0.value == nil && path.hasPrefix($0.key + "/") }
    }
    return Situation(
      check, expected, name, says: says, fix: fix, state, files, answers ?? TransparentHost.answer(maker))
  }

  private static let toa = TransparentHost.Maker.toa(TransparentHost.settings)
  private static let six = TransparentHost.configuration(
    binds: ["bind :443", "bind :::443 v6only"], servers: ["server a 10.0.5.5:8080", "server b [2001:db8:5::5]:8080"])
  private static let plain = "backend app\n  server a 10.0.5.5:8080\n"
  private static let nginx: [String: String?] = ["/etc/nginx/conf.d/web.conf": "proxy_bind $remote_addr transparent;\n"]

  private static let parts: [Situation] = [
    one("NET14", .ok, "none", says: "none is configured", by: .nobody, .loaded, plain),
    one("NET14", .ok, "toa's own", says: "by toa tproxy"),
    one("NET14", .ok, "toa's own, IPv6 too", says: "by toa tproxy", .loaded, six),
    one("NET14", .ok, "by hand", says: "answers are brought back", by: .hand),
    one(
      "NET14", .ok, "by hand with another table and TPROXY", by: .hand,
      answers: TransparentHost.answer(
        .hand, locals: ["local default dev lo table 7 scope host"], own: ["99:\tfrom all fwmark 0x20/0xf0 lookup 7"],
        saved: ["-A PREROUTING -p tcp -m socket --transparent -j MARK --set-xmark 0x20/0xf0"])),
    one(
      "NET14", .error, "nothing at all",
      says: "3 are missing: IPv4 mark, IPv4 rule and IPv4 route",
      fix: "toa tproxy enable --port 8080", by: .nobody),
    one(
      "NET14", .error, "by hand, for IPv4 alone", says: "3 are missing: IPv6 mark, IPv6 rule and IPv6 route",
      fix: "toa tproxy enable --port 8080", by: .hand, .loaded, six),
    one(
      "NET14", .error, "by hand, without the route",
      says: "one is missing: IPv4 route", by: .hand,
      answers: TransparentHost.answer(.hand, locals: [])),
    one(
      "NET14", .error, "by hand, without the rule",
      says: "one is missing: IPv4 rule", by: .hand,
      answers: TransparentHost.answer(.hand, own: [])),
    one(
      "NET14", .error, "by hand, with a rule for another mark", says: "one is missing: IPv4 rule", by: .hand,
      answers: TransparentHost.answer(.hand, own: ["100:\tfrom all fwmark 0x2 lookup 100"])),
    one(
      "NET14", .error, "by hand, without the mark", says: "one is missing: IPv4 mark", by: .hand,
      answers: TransparentHost.answer(.hand, saved: [])),
    one(
      "NET14", .error, "toa's own, flushed", says: "toa tproxy is enabled, and of its parts 6 are missing",
      fix: "systemctl restart toa-tproxy", answers: TransparentHost.answer(toa, flushed: true)),
    one(
      "NET14", .error, "toa's own until the next boot, without the rules",
      says: "2 are missing: IPv4 rule and IPv6 rule",
      fix: "toa tproxy enable --runtime", .loaded, TransparentHost.configuration(),
      [
        TransparentSettings.path: nil, "/usr/lib/systemd/system/toa-tproxy.service": nil,
        TransparentRecord.path: jsonText(TransparentRecord(settings: TransparentHost.settings)),
      ],
      answers: TransparentHost.answer(toa, own: [])),
    one(
      "NET14", .warning, "toa's own, its unit masked", says: "/etc/systemd/system/toa-tproxy.service masks it",
      fix: "systemctl unmask toa-tproxy.service", .loaded, TransparentHost.configuration(),
      ["/etc/systemd/system/toa-tproxy.service": "-> /dev/null"]),
    one(
      "NET14", .warning, "toa's own, and no target wants its unit", says: "no target wants toa-tproxy.service",
      fix: "toa tproxy enable", .loaded, TransparentHost.configuration(),
      ["/usr/lib/systemd/system/multi-user.target.wants/toa-tproxy.service": nil]),
    one(
      "NET14", .error, "toa's own, flushed, its unit masked", fix: "systemctl unmask toa-tproxy.service", .loaded,
      TransparentHost.configuration(), ["/etc/systemd/system/toa-tproxy.service": "-> /dev/null"],
      answers: TransparentHost.answer(toa, flushed: true)),
    one(
      "NET14", .error, "toa's own for another port", says: "not those of 10.0.5.5:9000", fix: "--port 8080,9000",
      .loaded,
      TransparentHost.configuration(servers: ["server a 10.0.5.5:9000", "server b 10.0.5.6:8080"])),
    one("NET14", .info, "toa's own, and no proxy", says: "no haproxy or nginx", .loaded, plain),
    one(
      "NET14", .warning, "settings that cannot be read", says: "cannot read", fix: "toa tproxy", .loaded,
      TransparentHost.configuration(), ["/usr/lib/toa-tproxy/tproxy.json": "{}"]),
    one("NET14", .skipped, "without ip", says: "needs ip(8)", by: .nobody) {
      $0.answers["dmesg"] = DoctorHost.says("")
    },
    one("NET14", .error, "nginx", says: "nginx connects", fix: "toa tproxy enable", by: .nobody, .loaded, plain, nginx),
    one(
      "NET14", .error, "a file that haproxy has on its command line", says: "haproxy connects", by: .nobody, .loaded,
      plain,
      [
        "/srv/lb.cfg": TransparentHost.configuration(), "/proc/900/cmdline": "/usr/sbin/haproxy\0-f\0/srv/lb.cfg\0",
      ]),
  ]

  private static func capabilities(_ text: String) -> [String: String?] {
    ["/proc/900/status": "Name:\thaproxy\nCapEff:\t\(text)\nSeccomp:\t0\n"]
  }
  private static let asUser = TransparentHost.configuration(global: "user haproxy")
  private static func version(_ text: String) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      TransparentHost.answer(toa)(&host)
      host.programs["haproxy"] = "/usr/sbin/haproxy"
      host.answers["/usr/sbin/haproxy -v"] = DoctorHost.says(
        "HAProxy version \(text) 2026/10/17 - https://haproxy.org/\n")
    }
  }
  private static let gone: [String: String?] = ["/proc/900": nil]

  private static let rights: [Situation] = [
    one("NET20", .ok, "none", by: .nobody, .loaded, plain), one("NET20", .ok, "both", says: "1 processes may"),
    one("NET20", .ok, "a proxy that does not run", says: "none runs", .loaded, TransparentHost.configuration(), gone),
    one(
      "NET20", .ok, "haproxy keeps one", .loaded,
      TransparentHost.configuration(global: "user haproxy\n  setcap cap_net_raw")),
    one("NET20", .ok, "root by name", .loaded, TransparentHost.configuration(global: "user root")),
    one(
      "NET20", .error, "a worker without", says: "haproxy (process 900) has neither", fix: "setcap cap_net_raw",
      .loaded,
      TransparentHost.configuration(), capabilities("0000000000000400")),
    one(
      "NET20", .error, "an old haproxy without", fix: "take `user` and `group` out", .loaded, asUser,
      capabilities("0000000000000000"), answers: version("2.6.12-1+deb12u4")),
    one(
      "NET20", .error, "a new haproxy that does not run", says: "does not start with",
      fix: "write `setcap cap_net_raw`",
      .loaded, asUser, gone, answers: version("3.0.11-1")),
    one("NET20", .warning, "haproxy that runs still", says: "does not start again", .loaded, asUser),
    one(
      "NET20", .error, "nginx without", says: "nginx (process 900)", fix: "systemctl restart nginx", by: .nobody,
      .loaded,
      plain,
      nginx.merging(capabilities("0000000000000000")) { $1 }.merging(["/proc/900/comm": "nginx\n"]) { $1 }),
    one("NET20", .skipped, "not root", .loaded) {
      $0.system = $0.system.with(Identity(kernelRelease: DoctorHost.release, machine: "x86_64", userID: 1000))
    },
  ]

  private static func marking(_ rules: String...) -> @Sendable (inout DoctorHost) -> Void {
    TransparentHost.answer(toa, marking: rules)
  }
  private static func ruled(_ rules: String...) -> @Sendable (inout DoctorHost) -> Void {
    TransparentHost.answer(toa, rules: rules)
  }

  private static let marks: [Situation] = [
    one("NET21", .ok, "none", by: .nobody, .loaded, plain), one("NET21", .ok, "toa's own alone"),
    one("NET21", .ok, "by hand alone", by: .hand),
    one("NET21", .skipped, "parts are missing", says: "NET14", by: .nobody),
    one(
      "NET21", .error, "the whole mark is set", says: "meta mark set 0x00000001",
      fix: "iptables -t mangle -S PREROUTING",
      answers: marking("ip mangle PREROUTING: meta l4proto tcp counter packets 5 bytes 300 meta mark set 0x00000001")),
    one(
      "NET21", .error, "the connection's mark is restored", says: "meta mark set ct mark",
      answers: marking("ip mangle PREROUTING: counter packets 0 bytes 0 meta mark set ct mark")),
    one(
      "NET21", .error, "a mask covers the bit", fix: "--set-xmark 0x30000000/0x30000000",
      answers: marking("ip mangle PREROUTING: meta mark set meta mark & 0x00ffffff | 0x30000000")),
    one(
      "NET21", .error, "a firewall's own table sets it", fix: "nft -a list chain inet fw pre",
      answers: marking("inet fw pre: meta mark set 0x00000002")),
    one(
      "NET21", .error, "what is left of rules by hand sets it", says: "ip mangle DIVERT",
      answers: marking(
        "ip mangle PREROUTING: meta l4proto tcp xt match socket counter packets 0 bytes 0 jump DIVERT",
        "ip mangle DIVERT: counter packets 0 bytes 0 meta mark set 0x1")),
    one(
      "NET21", .warning, "a chain for some interface sets it", says: "ip mangle OTHER",
      answers: marking(
        "ip mangle PREROUTING: iifname \"eth1\" jump OTHER", "ip mangle OTHER: meta mark set 0x1")),
    one(
      "NET21", .warning, "on some interface", says: "iifname \"eth1\"",
      answers: marking("inet fw pre: iifname \"eth1\" meta mark set 0x00000002")),
    one(
      "NET21", .ok, "others set bits of their own, are earlier, or take other packets",
      answers: marking(
        "ip mangle PREROUTING: meta mark set mark or 0x4000", "ip mangle PREROUTING: udp dport 53 meta mark set 0x2",
        "ip raw early: meta mark set 0x1", "inet fw pre: ct state new meta mark set 0x2",
        "inet fw pre: iifname \"lo\" meta mark set 0x2", "inet fw pre: ct mark set meta mark",
        "ip6 fw pre: meta mark set 0x2")),
    one(
      "NET21", .error, "by hand, and a later rule sets all", fix: "iptables -t mangle -S PREROUTING", by: .hand,
      answers: TransparentHost.answer(
        .hand, marking: ["-A PREROUTING -p tcp -j MARK --set-xmark 0x2/0xffffffff"],
        saved: ["-A PREROUTING -p tcp -m socket -j MARK --set-xmark 0x1/0xffffffff"])),
    one(
      "NET21", .ok, "by hand, and what is accepted comes to no later rule", by: .hand,
      answers: TransparentHost.answer(.hand, marking: ["-A PREROUTING -p tcp -j MARK --set-xmark 0x2/0xffffffff"])),
    one(
      "NET21", .error, "by hand, with wg-quick's rule before it", says: "fwmark 0xca6c lookup 51820",
      fix: "ip rule del pref 32764",
      by: .hand, answers: TransparentHost.answer(.hand, rules: ["32764:\tnot from all fwmark 0xca6c lookup 51820"])),
    one(
      "NET21", .error, "a smaller number takes all packets", says: "100: from all lookup 7",
      fix: "ip rule del pref 100",
      answers: ruled("100:\tfrom all lookup 7")),
    one(
      "NET21", .error, "a smaller number takes the same mark",
      answers: ruled("100:\tfrom all fwmark 0x1000000/0xff000000 lookup 7")),
    one(
      "NET21", .error, "a smaller number takes a server's packets", answers: ruled("100:\tfrom 10.0.5.0/24 lookup 7")),
    one(
      "NET21", .ok, "other rules before",
      answers: ruled(
        "100:\tfrom 192.0.2.0/24 lookup 7", "101:\tfrom all fwmark 0x2/0x2 lookup 8",
        "102:\tfrom all lookup main suppress_prefixlength 0", "103:\tfrom all to 10.9.0.0/16 lookup 9",
        "104:\tfrom all iif lo lookup 9", "1000:\tfrom all lookup [l3mdev-table]", "5000:\tfrom all lookup 10")),
    one(
      "NET21", .warning, "the table is used by others", says: "900: from 192.0.2.0/24 lookup 862",
      fix: "ip rule del pref 900",
      answers: ruled("900:\tfrom 192.0.2.0/24 lookup 862")),
  ]

  private static let byMark: [String: String?] = ["/proc/sys/net/ipv4/conf/all/src_valid_mark": "1\n"]
  private static let second: [String: String?] = [
    "/sys/class/net/eth1/flags": "0x1003\n", "/sys/class/net/eth1/mtu": "1500\n", "/sys/class/net/eth1/device/": "",
  ]
  private static let strict = second.merging([
    "/proc/sys/net/ipv4/conf/eth1/rp_filter": "1\n",
    "/proc/net/netstat": DoctorHost.netstat(["IPReversePathFilter": 400]),
  ]) { $1 }

  private static let reversePath: [Situation] = [
    one("NET22", .ok, "none", by: .nobody, .loaded, plain), one("NET22", .ok, "does not look at marks"),
    one(
      "NET22", .error, "src_valid_mark", says: "src_valid_mark is 1", fix: "toa tproxy enable --interface eth1",
      .loaded,
      TransparentHost.configuration(), byMark.merging(second) { $1 }),
    one(
      "NET22", .error, "src_valid_mark, by hand", fix: "--interface eth1", by: .hand, .loaded,
      TransparentHost.configuration(),
      ["/proc/sys/net/ipv4/conf/eth0/src_valid_mark": "1\n"]),
    one(
      "NET22", .ok, "src_valid_mark, and the rule names the interface", by: .hand, .loaded,
      TransparentHost.configuration(),
      byMark, answers: TransparentHost.answer(.hand, own: ["99:\tfrom all fwmark 0x1 iif eth1 lookup 100"])),
    one(
      "NET22", .ok, "src_valid_mark with accept_local", .loaded, TransparentHost.configuration(),
      byMark.merging(["/proc/sys/net/ipv4/conf/all/accept_local": "1\n"]) { $1 }),
    one(
      "NET22", .skipped, "parts are missing", says: "NET14", by: .nobody, .loaded, TransparentHost.configuration(),
      byMark),
  ]

  private static let answers: [Situation] = [
    one("NET23", .ok, "none", by: .nobody, .loaded, plain), one("NET23", .ok, "nobody waits"),
    one(
      "NET23", .ok, "a connection that was just asked for", .loaded, TransparentHost.configuration(),
      TransparentHost.waiting("203.0.113.7:5555", "10.0.5.5:8080", sent: 0)),
    one(
      "NET23", .ok, "a connection with an address of this host", .loaded, TransparentHost.configuration(),
      TransparentHost.waiting("10.0.5.1:5555", "10.0.5.5:8080")),
    one(
      "NET23", .error, "no answer", says: "no answer comes back from 10.0.5.5:8080", fix: "ip route get 203.0.113.7",
      .loaded,
      TransparentHost.configuration(), TransparentHost.waiting("203.0.113.7:5555", "10.0.5.5:8080")),
    one(
      "NET23", .error, "the client is in the server's network", says: "10.0.5.77 is in the server's own network",
      fix: "send-proxy-v2",
      .loaded, TransparentHost.configuration(), TransparentHost.waiting("10.0.5.77:5555", "10.0.5.5:8080")),
    one(
      "NET23", .error, "the reverse path filter drops them", says: "strict reverse path filter",
      fix: "--interface eth0,eth1",
      .loaded, TransparentHost.configuration(),
      TransparentHost.waiting("203.0.113.7:5555", "10.0.5.5:8080").merging(strict) { $1 }),
    one(
      "NET23", .warning, "the server is on this host", says: "127.0.0.1:8080 is on this host", .loaded,
      TransparentHost.configuration(servers: ["server own 127.0.0.1:8080"])),
    one(
      "NET23", .warning, "an open client in the server's network", says: "10.0.5.99 is in the server's own network",
      .loaded,
      TransparentHost.configuration(),
      [
        "/proc/net/toa_table": DoctorHost.table(
          (Endpoint(address: .v4(IPv4Address(10, 0, 5, 99)), port: 9), DoctorHost.balancer, DoctorHost.server))
      ]),
    one("NET23", .skipped, "parts are missing", says: "NET14", by: .nobody),
    one(
      "NET23", .skipped, "the mark is overwritten", says: "NET21", .loaded, TransparentHost.configuration(),
      TransparentHost.waiting("203.0.113.7:5555", "10.0.5.5:8080"), answers: marking("inet fw pre: meta mark set 0x1")),
    one(
      "NET23", .skipped, "src_valid_mark", says: "NET22", .loaded, TransparentHost.configuration(),
      TransparentHost.waiting("203.0.113.7:5555", "10.0.5.5:8080").merging(byMark) { $1 }),
  ]

  private static let families: [Situation] = [
    one("NET24", .ok, "none", by: .nobody, .loaded, plain), one("NET24", .ok, "IPv4 alone"),
    one("NET24", .ok, "each protocol its socket", .loaded, six),
    one(
      "NET24", .error, "one socket for both", says: "::ffff:192.0.2.1", fix: "bind :::443 v6only", .loaded,
      TransparentHost.configuration(binds: ["bind :::443 v4v6"])),
    one(
      "NET24", .error, "one socket for both, as the system decides", .loaded,
      TransparentHost.configuration(binds: ["bind [::]:443"])),
    one(
      "NET24", .warning, "the system decides for IPv6 alone", says: "IPv6 clients come to [::]:443", .loaded,
      TransparentHost.configuration(binds: ["bind [::]:443"]), ["/proc/sys/net/ipv6/bindv6only": "1\n"]),
    one(
      "NET24", .ok, "one socket for both, and the PROXY protocol", .loaded,
      TransparentHost.configuration(binds: ["bind :::443 v4v6 accept-proxy"])),
    one(
      "NET24", .warning, "IPv6 clients and IPv4 servers", says: "all servers have IPv4", .loaded,
      TransparentHost.configuration(binds: ["bind :443", "bind :::443 v6only"])),
  ]

  private static let v6Clients: [String: String?] = [
    "/proc/net/toa_table": DoctorHost.table((DoctorHost.clientV6, DoctorHost.balancer, DoctorHost.server))
  ]
  private static func covering(_ cgroup: String) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      TransparentHost.answer(toa)(&host)
      host.bpf = .live { $0.settings.cgroup = "/sys/fs/cgroup/\(cgroup)" }
    }
  }

  private static let clients: [Situation] = [
    one("NET15", .ok, "none", by: .nobody, .loaded, plain),
    one("NET15", .info, "with TOA", says: "client that TOA has read"),
    one("NET15", .skipped, "without TOA", .installed),
    one(
      "NET15", .warning, "the PROXY protocol", says: "takes the client from the PROXY protocol on *:443",
      fix: "accept-proxy",
      .loaded, TransparentHost.configuration(binds: ["bind :443 accept-proxy"])),
    one(
      "NET15", .error, "outside of the covered cgroup", says: "is not in /web.slice",
      fix: "--cgroup system.slice/haproxy.service",
      .ebpf, answers: covering("web.slice")),
    one("NET15", .info, "in the covered cgroup", .ebpf, answers: covering("system.slice")),
    one(
      "NET15", .warning, "IPv6 clients of TOA and IPv4 servers", says: "has IPv6 and the servers IPv4", .loaded,
      TransparentHost.configuration(), v6Clients),
    one("NET15", .info, "IPv6 clients of TOA and servers of both", .loaded, six, v6Clients),
    one(
      "NET15", .info, "an address from a header", says: "does not come from TOA", .loaded,
      TransparentHost.configuration(source: "source 0.0.0.0 usesrc hdr_ip(x-real-ip)")),
  ]

  static let situations = parts + rights + marks + reversePath + answers + families + clients

  @Test(arguments: situations) func `each outcome is told`(_ situation: Situation) async throws {
    try await situation.verify()
  }

  @Test(
    arguments: [
      ("meta mark set 0x00000001", 0, 1),
      ("tcp sport 80 meta mark set meta mark | 0x01000000 comment \"x\"", 0xfeff_ffff, 0x100_0000),
      ("meta mark set mark or 0x4000", 0xffff_bfff, 0x4000), ("meta mark set mark and 0xff or 0x100", 0xff, 0x100),
      ("meta mark set (meta mark & 0xffff0000) | 0x1", 0xffff_0000, 1), ("meta mark set ct mark", 0, nil),
      ("meta mark set mark xor 0x3", 0xffff_fffc, 3), ("-A P -j MARK --set-xmark 0x1/0xff", 0xffff_ff00, 1),
      ("-A P -j MARK --set-mark 7", 0, 7),
      ("-A P -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff", 0xffff_ff00, nil),
      ("-A P -p tcp -j TPROXY --on-port 1 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1", 0xffff_fffe, 1),
    ] as [(String, UInt32, UInt32?)])
  func `what rules make of a mark is read`(_ rule: String, _ kept: UInt32, _ set: UInt32?) throws {
    let change = try #require(MarkChange(rule))
    #expect((change.kept, change.set ?? .max) == (kept, set ?? .max))
  }
}
