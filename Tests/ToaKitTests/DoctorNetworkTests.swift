// SPDX-License-Identifier: Apache-2.0
import Bpf
import Capture
import Host
import SelfTest
import Testing
import Wire

@testable import ToaKit

/// What arrives, what the counters and sockets say of it, and what applications make of it: every outcome of each check.
@Suite struct DoctorNetworkTests {
  /// A serving host; `changes` overwrites its files or, with nil, removes them.
  private static func one(
    _ check: String, _ expected: Finding.Status, _ name: String, says: String = "", fix: String? = nil,
    _ state: DoctorHost.State = .loaded, _ changes: [String: String?] = [:],
    _ spoil: @escaping @Sendable (inout DoctorHost) -> Void = { _ in }
  ) -> Situation {
    // A folder that is removed goes whole, whichever comes first.
    let files = DoctorHost.serving.filter { path, _ in
      !changes.contains { $0.value == nil && path.hasPrefix($0.key + "/") }
    }
    return Situation(check, expected, name, says: says, fix: fix, state, files.merging(changes) { $1 }) { host in
      host.answers["dmesg"] = DoctorHost.says(DoctorHost.log + "[  100.000000] TOA: toa load success\n")
      spoil(&host)
    }
  }

  private static func with(
    _ scripts: [Script], ports: [UInt16] = [443], _ changes: [String: Int] = [:], kernel: [String: Int] = [:]
  ) -> @Sendable (inout DoctorHost) -> Void {
    { $0.capture(scripts, ports: ports, counting: changes, kernel: kernel) }
  }
  private static let counted = ["syn_recv_sock_toa": 43, "getname_toa_ok": 81]
  private static func refused(_ host: inout DoctorHost) {
    host.watch = CaptureRequest(ports: [443], seconds: 10)
    host.system.capture = { _, _ throws(CaptureError) in throw CaptureError.notOpened(errno: 1) }
  }

  private static let captured: [Situation] =
    ["NET01", "NET02", "NET03", "NET04", "NET06", "NET07", "NET08", "NET19"].flatMap {
      [
        one($0, .skipped, "no capture", says: "toa doctor --capture"),
        one(
          $0, .skipped, "no right to capture", says: "packets cannot be captured", fix: "sudo", .loaded, [:], refused),
        one($0, .ok, "connections with the option", .loaded, [:], with([.good, .good], counted)),
      ]
    }
    + ["NET02", "NET03", "NET04", "NET06", "NET07", "NET08", "NET19"].map {
      one($0, .skipped, "nobody connects", says: "NET01", .loaded, [:], with([]))
    }

  private static let option = OptionFormat.classic(kind: 253).option(for: DoctorHost.client)?.bytes ?? []
  private static let arriving: [Situation] = [
    one("NET01", .info, "nobody connects", says: "nobody connected in 10 s", .loaded, [:], with([])),
    one("NET01", .info, "only health checks", says: "0 of 2", .loaded, [:], with([.healthCheck, .healthCheck])),
    one(
      "NET01", .info, "health checks beside", says: "1 have no option", .loaded, [:],
      with([.good, .healthCheck], counted)),
    one("NET01", .error, "no option on the port", fix: "switch TOA on", .loaded, [:], with([.plain])),
    one(
      "NET01", .warning, "no option, and no port named", fix: "toa doctor --capture --port 443", .loaded, [:],
      with([.plain], ports: [])),
    one(
      "NET01", .warning, "one broken option of two", says: "1 of 2", fix: "LB team", .loaded, [:],
      with([.good, Script([.init(options: [254, 6, 1, 1, 1, 1, 1, 1])])], counted)),
    one(
      "NET02", .warning, "another kind in one of two", says: "1 of 2", fix: "253/8", .loaded, [:],
      with([.good, Script([.init(options: option)])], counted)),
    one(
      "NET08", .info, "stacked options with a profile for them", says: "`last`", .loaded,
      ["/sys/module/toa/parameters/profile": "default,last\n"],
      with(
        [
          Script([
            .init(
              options: Script.option + (OptionFormat.classic(kind: 200).option(for: DoctorHost.balancer)?.bytes ?? []))
          ])
        ], counted)),
    one("NET05", .ok, "one interface", says: "up to 1500 bytes"),
    one(
      "NET05", .info, "long and short packets", says: "1500 and 9000", .loaded,
      ["/sys/class/net/eth1/flags": "0x1003\n", "/sys/class/net/eth1/mtu": "9000\n", "/sys/class/net/eth1/device/": ""]),
    one(
      "NET05", .info, "probes that were lost", says: "4 probes", .loaded,
      ["/proc/net/netstat": DoctorHost.netstat(["TCPMTUPFail": 4])]),
    one("NET05", .skipped, "no interface", .loaded, ["/sys/class/net/eth0": nil]),
  ]

  private static func netstat(_ values: [String: Int]) -> [String: String?] {
    ["/proc/net/netstat": DoctorHost.netstat(values)]
  }
  private static let noCounters: [String: String?] = ["/proc/net/netstat": nil, "/proc/net/snmp": nil]
  private static let cookies: [String: String?] = ["/proc/sys/net/ipv4/tcp_syncookies": "2\n"]
  private static let readsSYN: [String: String?] = ["/sys/module/toa/parameters/profile": "lvs\n"]
  private static let second: [String: String?] = [
    "/sys/class/net/eth1/flags": "0x1003\n", "/sys/class/net/eth1/mtu": "1500\n",
    "/proc/sys/net/ipv4/conf/eth1/rp_filter": "1\n",
  ]
  private static let loose: [String: String?] = ["/proc/sys/net/ipv4/conf/all/rp_filter": "2\n"]

  private static let kernelsOwn: [Situation] = [
    one("NET09", .ok, "never needed"), one("NET09", .skipped, "no counters", .loaded, noCounters),
    one("NET09", .info, "needed once", says: "in the ACK are read", .loaded, netstat(["SyncookiesRecv": 7])),
    one(
      "NET09", .info, "needed once, and the SYN is read", says: "were lost then", .loaded,
      netstat(["SyncookiesRecv": 7]).merging(readsSYN) { $1 }),
    one("NET09", .ok, "always, and only the ACK is read", .loaded, cookies),
    one(
      "NET09", .warning, "always, and the SYN is read", fix: "tcp_syncookies=1", .loaded,
      cookies.merging(readsSYN) { $1 }),
    one(
      "NET09", .warning, "needed just now", says: "9 connections", fix: "somaxconn", .loaded, [:],
      with([.good], counted, kernel: ["SyncookiesRecv": 9])),
    one("NET10", .ok, "neither is in use"),
    one("NET10", .info, "Fast Open", says: "3 connections", .loaded, netstat(["TCPFastOpenPassive": 3])),
    one(
      "NET10", .info, "an MPTCP listener", says: "none did yet", .loaded,
      ["/proc/sys/net/mptcp/enabled": "1\n", "/proc/net/protocols": "protocol size sockets\nMPTCP 2064 3 0\n"]),
    one(
      "NET10", .warning, "MPTCP clients", says: "1 connection was", fix: "net.mptcp.enabled=0", .loaded,
      netstat(["MPCapableACKRX": 1]).merging(["/proc/sys/net/mptcp/enabled": "1\n"]) { $1 }),
    one(
      "NET10", .ok, "MPTCP switched off", .loaded,
      netstat(["MPCapableACKRX": 1]).merging(["/proc/sys/net/mptcp/enabled": "0\n"]) { $1 }),
    one("NET11", .ok, "strict, and nothing dropped"),
    one(
      "NET11", .ok, "loose", says: "drops nothing", .loaded,
      loose.merging(netstat(["IPReversePathFilter": 9_000])) { $1 }),
    one("NET11", .info, "a few strays", says: "5 packets", .loaded, netstat(["IPReversePathFilter": 5])),
    one("NET11", .info, "many, by the only interface", .loaded, netstat(["IPReversePathFilter": 9_000])),
    one(
      "NET11", .warning, "many, with two interfaces", fix: "sysctl net.ipv4.conf.eth1.rp_filter=2", .loaded,
      netstat(["IPReversePathFilter": 9_000]).merging(second) { $1 }),
    one(
      "NET11", .warning, "just now", says: "2 during the capture", .loaded, [:],
      with([.good], counted, kernel: ["IPReversePathFilter": 2])),
    one("NET11", .skipped, "no counters", .loaded, noCounters),
    one("NET11", .skipped, "no settings", .loaded, ["/proc/sys/net/ipv4/conf": nil]),
  ]

  private static func ipvs(_ forwarding: String, port: String = "01BB") -> [String: String?] {
    [
      "/proc/net/ip_vs":
        "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward "
        + "Weight ActiveConn InActConn\nTCP  0A000001:\(port) rr\n  -> 0A000105:01BB      \(forwarding)    1      0          0\n"
    ]
  }
  private static func nft(_ chain: String, _ rules: String, _ name: String = "INPUT")
    -> @Sendable (inout DoctorHost) -> Void
  {
    { host in
      host.programs["nft"] = "/usr/sbin/nft"
      host.answers["/usr/sbin/nft list chains"] = DoctorHost.says(
        "table ip nat {\n\tchain \(name) {\n\t\ttype nat hook \(chain) priority 100; policy accept;\n\t}\n\tchain KUBE-MARK {\n\t}\n}\n"
      )
      host.answers["/usr/sbin/nft list chain ip nat \(name)"] = DoctorHost.says(
        "table ip nat {\n\tchain \(name) {\n\t\ttype nat hook \(chain) priority 100; policy accept;\n\t\t\(rules)\n\t}\n}\n"
      )
    }
  }
  private static let tables: [String: String?] = ["/sys/module/nf_tables/": ""]

  private static let passing: [Situation] = [
    one("NET12", .ok, "nothing in between"), one("NET12", .ok, "IPVS to this host itself", .loaded, ipvs("Local")),
    one("NET12", .warning, "IPVS on the server's port", says: "port 443", fix: "ipvsadm -D", .loaded, ipvs("Masq")),
    one("NET12", .info, "IPVS on another port", says: "externalTrafficPolicy", .loaded, ipvs("Masq", port: "7530")),
    one(
      "NET12", .info, "kube-proxy's own port", .loaded, ipvs("Masq").merging(["/proc/812/comm": "kube-proxy\n"]) { $1 }),
    one(
      "NET12", .warning, "source NAT by nft", says: "changes the source", fix: "nft -a list chain ip nat INPUT",
      .loaded, tables,
      nft("input", "tcp dport 443 snat to 192.0.2.1")),
    one(
      "NET12", .ok, "destination NAT by nft", .loaded, tables,
      nft("prerouting", "tcp dport 80 redirect to :8080", "PREROUTING")),
    one("NET12", .skipped, "rules that cannot be read", says: "cannot be read", .loaded, tables),
    one("NET12", .skipped, "not root", .loaded, [:]) {
      $0.system = $0.system.with(Identity(kernelRelease: DoctorHost.release, machine: "x86_64", userID: 1000))
    },
    one("NET13", .ok, "a server", says: "nginx (443)"),
    one("NET13", .ok, "nobody", says: "no server listens", .loaded, ["/proc/net/tcp": DoctorHost.tcp()]),
    one("NET13", .info, "a proxy that can tell", says: "PROXY protocol", .loaded, ["/proc/812/comm": "haproxy\n"]),
    one(
      "NET13", .ok, "docker-proxy that nobody uses", .loaded,
      ["/proc/812/comm": "docker-proxy\n", "/proc/net/tcp": DoctorHost.tcp(DoctorHost.listener(443))]),
    one(
      "NET13", .warning, "docker-proxy that others use", fix: "--network host", .loaded,
      ["/proc/812/comm": "docker-proxy\n"]),
  ]

  private static let v6Clients: [String: String?] = [
    "/proc/net/toa_table": DoctorHost.table((DoctorHost.clientV6, DoctorHost.balancer, DoctorHost.server))
  ]
  private static let v6Listener = DoctorHost.tcp(
    "   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4711 1 0")
  private static func program(_ name: String, _ answers: [String: String]) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      host.programs[name] = "/usr/sbin/\(name)"
      for (command, output) in answers { host.answers[command] = DoctorHost.says(output) }
    }
  }
  private static let clsact = "qdisc noqueue 0: dev lo root\nqdisc clsact ffff: dev eth0 parent ffff:fff1\n"

  private static let families: [Situation] = [
    one("NET16", .ok, "both families"),
    one("NET16", .info, "a kernel without IPv6", says: "without it", .loaded, ["/proc/net/tcp6": nil]),
    one(
      "NET16", .warning, "IPv6 clients there", fix: "ipv6.disable=1", .loaded,
      v6Clients.merging(["/proc/net/tcp6": nil as String?]) { $1 }),
    one(
      "NET16", .info, "listeners of IPv6 alone", says: "port 443", .loaded,
      ["/proc/net/tcp": DoctorHost.tcp(), "/proc/net/tcp6": v6Listener, "/proc/sys/net/ipv6/bindv6only": "1\n"]),
    one("NET16", .skipped, "no /proc/net", .loaded, ["/proc/net/tcp": nil, "/proc/net/tcp6": nil]),
    one("NET17", .skipped, "no ethtool", says: "needs ethtool"),
    one(
      "NET17", .ok, "off", .loaded, [:], program("ethtool", ["ethtool -k eth0": "large-receive-offload: off [fixed]\n"])
    ),
    one(
      "NET17", .info, "on", fix: "ethtool -K eth0 lro off", .loaded, [:],
      program("ethtool", ["ethtool -k eth0": "generic-receive-offload: on\nlarge-receive-offload: on\n"])),
    one("NET18", .skipped, "no ip", says: "needs ip(8)"),
    one("NET18", .ok, "none", .loaded, [:], program("ip", ["ip -o link show": "2: eth0: <UP> mtu 1500 qdisc mq\n"])),
    one("NET18", .info, "XDP and tc", says: "2 see packets first", .loaded, [:]) { host in
      program("ip", ["ip -o link show": "2: eth0: <UP> mtu 1500 xdp/id:42 qdisc mq\n"])(&host)
      program("tc", ["tc qdisc show": clsact])(&host)
    },
  ]

  private static func stats(_ values: [String: Int]) -> [String: String?] {
    ["/proc/net/toa_stats": DoctorHost.counters(values)]
  }
  private static let away: [String: String?] = ["/proc/net/toa_stats": nil]
  private static let older: [String: String?] = [
    "/proc/net/tcp": DoctorHost.tcp(
      DoctorHost.listener(443), DoctorHost.connection(),
      DoctorHost.connection(Endpoint(address: DoctorHost.balancer.address, port: 40_001)))
  ]

  private static let observed: [Situation] = [
    one("OBS01", .ok, "of the module", says: "21, on 2 processors"), one("OBS01", .ok, "of eBPF", .ebpf),
    one("OBS01", .skipped, "nothing at work", .installed),
    one("OBS01", .warning, "none shown", says: "shows none", fix: "--only MOD", .loaded, away),
    one(
      "OBS01", .warning, "in another network namespace", says: "another network namespace", fix: "nsenter -t 1 -n",
      .loaded,
      away.merging(["/proc/self/ns/net": "-> net:[4026532001]"]) { $1 }),
    one("OBS01", .warning, "of eBPF, not readable", .ebpf, [:]) {
      $0.bpf.counters = { () throws(BpfError) in throw BpfError(operation: "read", subject: "counters", errno: 1) }
    },
    one("OBS02", .ok, "taken", says: "from 42 of 59"),
    one("OBS02", .skipped, "no counters", says: "OBS01", .loaded, away),
    one(
      "OBS02", .ok, "an idle host", says: "no connection yet", .loaded,
      stats(["syn_recv_sock_toa": 0, "syn_recv_sock_no_toa": 0])),
    one("OBS02", .warning, "most not believed", fix: "toa install --trust", .loaded, stats(["untrusted": 500])),
    one("OBS02", .error, "none taken while options came", fix: "toa doctor --only MOD", .loaded, [:], with([.good])),
    one("OBS02", .ok, "taken while options came", .loaded, [:], with([.good], counted)),
    one("OBS03", .ok, "asked", says: "80 were given"),
    one("OBS03", .ok, "not yet", .loaded, stats(["getname_toa_ok": 0])),
    one("OBS03", .ok, "asked during the capture", says: "1 answers by accept()", .loaded, [:], with([.good], counted)),
    one(
      "OBS03", .warning, "not asked during the capture", fix: "X-Forwarded-For", .loaded, [:],
      with([.good], ["syn_recv_sock_toa": 43])),
    one("OBS03", .skipped, "no counters", .loaded, away),
    one("OBS04", .ok, "one open", says: "1 entries, 8 TCP sockets"),
    one("OBS04", .warning, "left behind", fix: "toa unload && toa load", .loaded, stats(["entry_alloc": 9000])),
    one(
      "OBS04", .ok, "a busy host", .loaded,
      stats(["entry_alloc": 9000]).merging(["/proc/net/sockstat": "TCP: inuse 9000 orphan 0 tw 0 alloc 9100 mem 1\n"]) {
        $1
      }),
    one("OBS04", .ok, "freed between two reads", .loaded, stats(["entry_free": 50])),
    one("OBS04", .skipped, "no counters", .loaded, away),
    one("OBS04", .skipped, "no number of sockets", .loaded, ["/proc/net/sockstat": nil]),
    one("OBS06", .ok, "all known", says: "1 connections have a client"),
    one(
      "OBS06", .warning, "one unknown of two", says: "1 connections of nginx", fix: "systemctl restart nginx", .loaded,
      older),
    one(
      "OBS06", .ok, "of a server that was started afterwards", says: "none of a server", .loaded,
      older.merging(["/proc/812/stat": DoctorHost.stat(of: 812, "nginx", started: 200)]) { $1 }),
    one("OBS06", .info, "none known", says: "1 open connections", .loaded, ["/proc/net/toa_table": DoctorHost.table()]),
    one("OBS06", .skipped, "no time of the load", .loaded, [:]) {
      $0.answers["dmesg"] = DoctorHost.says(DoctorHost.log)
    },
    one("OBS06", .skipped, "no table", .loaded, ["/proc/net/toa_table": nil]),
    one(
      "OBS06", .info, "none known to eBPF", says: "1 open connections", .ebpf, ["/sys/fs/bpf/toa/control": ""]),
    one("OBS06", .skipped, "nothing at work", .installed),
    one("OBS08", .ok, "none lost"), one("OBS08", .skipped, "no counters", .loaded, away),
    one("OBS08", .warning, "no memory", says: "12 clients", fix: "free -m", .loaded, stats(["alloc_failed": 12])),
    one("OBS08", .warning, "a full table", says: "was full for 3", fix: "toa table", .loaded, stats(["table_full": 3])),
  ]

  private static let noCalls: [String: String?] = [
    "/sys/module/toa/parameters/profile": "default,-4096,-1345\n", "/sys/module/toa/parameters/getsockopt": "\n",
  ]
  private static let mapped = DoctorHost.tcp(
    "   0: 0000000000000000FFFF00000100000A:01BB 0000000000000000FFFF00000900000A:9C40 01 0:0 0:0 0 0 0 5000 1 0")
  private static let container: [String: String?] = [
    "/proc/900/ns/net": "-> net:[4026532002]", "/proc/900/comm": "web\n",
    "/proc/900/net/tcp": DoctorHost.tcp(DoctorHost.listener(8080, 9)),
  ]

  private static let applications: [Situation] = [
    one("APP03", .ok, "no IPv6 client", says: "none is connected"),
    one("APP03", .info, "one, and the call is answered", says: "have to ask", .loaded, v6Clients),
    one(
      "APP03", .warning, "one, and no call is answered", fix: "listen on [::]", .loaded,
      v6Clients.merging(noCalls) { $1 }),
    one(
      "APP03", .ok, "one on an IPv6 socket", says: "on IPv6 sockets", .loaded,
      v6Clients.merging(["/proc/net/tcp": DoctorHost.tcp(DoctorHost.listener(443)), "/proc/net/tcp6": mapped]) { $1 }),
    one(
      "APP03", .warning, "not asked for during the capture", fix: "4096", .loaded, [:],
      with([.good], ["syn_recv_sock_toa": 43, "getname_toa_bypass": 1])),
    one("APP03", .skipped, "no table", .loaded, ["/proc/net/toa_table": nil]),
    one("APP04", .ok, "TCP alone"),
    one("APP04", .info, "QUIC", says: "port 443", .loaded, ["/proc/net/udp": DoctorHost.tcp(DoctorHost.listener(443))]),
    one("APP05", .ok, "all here"), one("APP05", .info, "a container", says: "1 namespace has", .loaded, container),
    one("APP05", .skipped, "no namespaces", .loaded, ["/proc/self/ns/net": nil]),
    one("APP06", .ok, "none"),
    one("APP06", .info, "nginx", says: "nginx (443)", .loaded, ["/proc/812/status": "Name:\tnginx\nSeccomp:\t2\n"]),
    one("APP06", .skipped, "not shown", .loaded, ["/proc/812/status": nil]),
  ]

  private static let all = captured + arriving + kernelsOwn + passing + families + observed + applications

  @Test(arguments: all) func `each outcome is told`(_ situation: Situation) async throws {
    try await situation.verify()
  }

  @Test func `each check of these groups has a test for being well or informing, and is in the documentation`() throws {
    let checks = Check.all.filter {
      [.network, .observation].contains($0.group) || $0.id.hasPrefix("APP") && $0.id != "APP01"
    }
    let page = try FileRoot().text(String(#filePath.split(separator: "Tests/ToaKitTests")[0]) + "docs/network.md")
    for check in checks {
      let statuses = Set((Self.all + DoctorTransparentTests.situations).filter { $0.check == check.id }.map(\.expected))
      #expect(statuses.count > 1, "\(check.id)")
      #expect(page.contains("| \(check.id) |"), "\(check.id)")
    }
  }

  @Test func `a healthy server is well with connections coming in, health checks, and with none`() async throws {
    for host in HealthyHost.allCases {
      for scripts in [[Script.good, .good, .healthCheck], [.healthCheck], []] {
        var made = try host.make()
        if !host.isServing { try made.serve() }
        let good = scripts.count == 3 ? 2 : 0
        made.capture(
          scripts, ports: scripts.count == 1 ? [] : [443],
          counting: [
            "syn_recv_sock_toa": 42 + good, "getname_toa_ok": 80 + good,
          ])
        let findings = await Doctor().examine(try await made.context())
        let bad = findings.filter(\.isBad)
        #expect(bad.isEmpty, "\(host) \(bad.map { "\($0.id) \($0.observed)" })")
      }
    }
  }

  @Test func `the capture runs once for all checks, and behind the self-test`() async throws {
    var host = try DoctorHost(.loaded)
    try host.serve()
    let order = Transcript()
    host.capture([.good], counting: Self.counted)
    let (capture, selfTest) = (host.system.capture, host.system.selfTest)
    host.system.capture = { options, take async throws(CaptureError) in
      order.add(out: "capture ")
      try await capture(options, take)
    }
    host.system.selfTest = { options async throws(SelfTestError) in
      order.add(out: "selftest ")
      return try await selfTest(options)
    }
    _ = await Doctor().examine(try await host.context())
    #expect(order.out == "selftest capture ")
  }
}
