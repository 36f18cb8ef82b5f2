// SPDX-License-Identifier: Apache-2.0
import Bpf
import Capture
import SelfTest
import Wire

@testable import ToaKit

/// Ways in which the load balancer, what lies between it and the server, or the server's own network and programs are broken.
extension BrokenWay {
  static let network: [BrokenWay] = arriving + passing + observed

  /// A way that connections of the synthetic load balancer show.
  private init(
    _ name: String, from source: String, cause: String, owner: Owner, _ scripts: [Script],
    counting changes: [String: Int] = [:], on healthy: HealthyHost = .debian
  ) {
    self.init(name, from: source, cause: cause, owner: owner, on: healthy) { host in
      try host.serve()
      host.capture(scripts, counting: changes)
    }
  }

  /// A way that files of a serving host show.
  private init(
    _ name: String, from source: String, cause: String, owner: Owner = .host, on healthy: HealthyHost = .debian,
    files: [String: String?]
  ) {
    self.init(name, from: source, cause: cause, owner: owner, on: healthy) { try $0.serve(files) }
  }

  private static func option(_ kind: UInt8) -> [UInt8] {
    OptionFormat.classic(kind: kind).option(for: DoctorHost.client)?.bytes ?? []
  }
  private static let timestamps = Script.timestamps
  private static let signature: [UInt8] = [1, 1, 19, 18] + [UInt8](repeating: 9, count: 16)
  private static let multipath: [UInt8] = [30, 20] + [UInt8](repeating: 1, count: 18)
  private static let selective: [UInt8] = [1, 1, 5, 26] + [UInt8](repeating: 3, count: 24)
  private static let cookie: [UInt8] = [34, 18] + [UInt8](repeating: 5, count: 16)

  private static let arriving: [BrokenWay] = [
    BrokenWay(
      "TOA is not switched on at the load balancer", from: "vendor document 002: switch it on in the console",
      cause: "NET01",
      owner: .loadBalancer, [.plain, .plain, .healthCheck]),
    BrokenWay(
      "the option's length is wrong", from: "vendor document 000: the option of a connection is not as documented",
      cause: "NET01", owner: .loadBalancer, [Script([.init(options: [254, 6, 1, 1, 1, 1, 1, 1])])]),
    BrokenWay(
      "the option names no address", from: "alibaba/LVS issue 22: some options are empty", cause: "NET01",
      owner: .loadBalancer,
      [Script([.init(options: [254, 8, 0, 0, 0, 0, 0, 0])])]),
    BrokenWay(
      "the balancer's kind is not the one that the server reads", from: "iqiyi/dpvs issue 70", cause: "NET02",
      owner: .host,
      [Script([.init(options: option(253)), .init(payload: 9)]), Script([.init(options: option(253))])]),
    BrokenWay(
      "the balancer writes the option into the SYN alone", from: "iqiyi/dpvs issue 942", cause: "NET02", owner: .host,
      [Script(synOptions: Script.option, [.init(), .init(payload: 50)])], on: .rocky),
    BrokenWay(
      "timestamps and SACK fill the header of a few connections", from: "alibaba/LVS issue 22, vendor document 003",
      cause: "NET03", owner: .loadBalancer,
      [.good, .good, .good, Script([.init(options: timestamps + selective, payload: 30)])],
      counting: ["syn_recv_sock_toa": 45, "getname_toa_ok": 83]),
    BrokenWay(
      "a MD5 signature and timestamps fill the header", from: "installers.md NET03", cause: "NET03",
      owner: .loadBalancer,
      [Script([.init(options: signature + timestamps + [1, 1, 1, 1], payload: 30)])]),
    BrokenWay(
      "MPTCP and timestamps fill the header", from: "installers.md NET10", cause: "NET03", owner: .loadBalancer,
      [Script([.init(options: multipath + timestamps + [1, 1, 1, 1], payload: 30)])], on: .rocky),
    BrokenWay(
      "a Fast Open cookie and timestamps fill the header", from: "installers.md NET03", cause: "NET03",
      owner: .loadBalancer,
      [Script([.init(options: cookie + [1, 1] + timestamps + [1, 1, 1, 1], payload: 30)])]),
    BrokenWay(
      "the first data is as long as the server's MSS", from: "vendor document 003", cause: "NET04", owner: .host,
      [Script([.init(options: timestamps, payload: 1448)])]),
    BrokenWay(
      "a request that ends with FIN at once has no option", from: "iqiyi/dpvs pull request 666, vendor document 003",
      cause: "NET06", owner: .loadBalancer, [Script([.init(payload: 200, isLast: true)])]),
    BrokenWay(
      "data overtakes the ACK with the option", from: "vendor document 003: segments out of order", cause: "NET06",
      owner: .host,
      [Script([.init(payload: 300), .init(options: Script.option, isOvertaken: true)])]),
    BrokenWay(
      "the option comes with the first data, behind a bare ACK", from: "iqiyi/dpvs issue 942", cause: "NET06",
      owner: .host,
      [Script([.init(), .init(options: Script.option, payload: 300)])]),
    BrokenWay(
      "a firewall writes padding over the option", from: "installers.md NET07", cause: "NET07", owner: .network,
      [Script([.init(options: [UInt8](repeating: 1, count: 8)), .init(payload: 5)])]),
    BrokenWay(
      "two devices add an option each", from: "vendor document 002", cause: "NET08", owner: .loadBalancer,
      [
        Script([
          .init(
            options: Script.option + (OptionFormat.classic(kind: 200).option(for: DoctorHost.balancer)?.bytes ?? []))
        ])
      ],
      counting: ["syn_recv_sock_toa": 43, "getname_toa_ok": 81]),
    BrokenWay(
      "the balancer connects from addresses that are not trusted",
      from: "vendor document 001: public addresses of GAAP",
      cause: "NET19", owner: .host, [Script(isTrusted: false, [.init(options: Script.option), .init(payload: 9)])]),
    BrokenWay(
      "with the option, packets are longer than a link takes", from: "vendor document 003: MTU of 1500 on both sides",
      cause: "NET05", owner: .network
    ) { host in
      try host.serve()
      host.capture([.good], counting: ["syn_recv_sock_toa": 43, "getname_toa_ok": 81]) { packet in
        // The flag "more fragments" in the longest packet.
        guard packet.bytes.count > 120 else { return packet }
        var bytes = packet.bytes
        bytes[6] |= 0x20
        return CapturedPacket(time: packet.time, link: .raw, bytes: bytes)
      }
    },
  ]

  private static let passing: [BrokenWay] = [
    BrokenWay(
      "a full backlog makes the kernel send SYN cookies", from: "installers.md NET09", cause: "NET09"
    ) { host in
      try host.serve()
      host.capture([.good], counting: ["syn_recv_sock_toa": 43, "getname_toa_ok": 81], kernel: ["SyncookiesRecv": 900])
    },
    BrokenWay(
      "SYN cookies for all connections lose the option in the SYN", from: "installers.md NET09", cause: "NET09",
      files: [
        "/proc/sys/net/ipv4/tcp_syncookies": "2\n", "/sys/module/toa/parameters/profile": "lvs\n",
        "/etc/modprobe.d/toa.conf": "options toa profile=lvs\n", "/sys/module/toa/parameters/getsockopt": "\n",
      ]),
    BrokenWay(
      "clients use MPTCP, as a Go server listens with it",
      from: "golang/go issue 74643, landlock-lsm/go-landlock issue 50",
      cause: "NET10", owner: .application,
      files: [
        "/proc/sys/net/mptcp/enabled": "1\n", "/proc/net/netstat": DoctorHost.netstat(["MPCapableACKRX": 12]),
        "/proc/net/protocols": "protocol size sockets\nMPTCP 2064 3 0\n",
      ]),
    BrokenWay(
      "clients use MPTCP, and eBPF gives the address", from: "checkpoint-restore/criu pull request 2662",
      cause: "BPF11",
      on: .debianWithBpf,
      files: ["/proc/sys/net/mptcp/enabled": "1\n", "/proc/net/netstat": DoctorHost.netstat(["MPCapableACKRX": 12])]),
    BrokenWay(
      "the reverse path filter drops what comes by the second interface", from: "installers.md NET11", cause: "NET11",
      files: [
        "/sys/class/net/eth1/flags": "0x1003\n", "/sys/class/net/eth1/mtu": "1500\n", "/sys/class/net/eth1/device/": "",
        "/proc/sys/net/ipv4/conf/eth1/rp_filter": "1\n",
        "/proc/net/netstat": DoctorHost.netstat(["IPReversePathFilter": 48_000]),
      ]),
    BrokenWay(
      "IPVS takes the port before the server", from: "installers.md NET12: kube-proxy in IPVS mode, keepalived",
      cause: "NET12",
      files: [
        "/proc/net/ip_vs": """
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port Scheduler Flags
          -> RemoteAddress:Port Forward Weight ActiveConn InActConn
        TCP  0A000001:01BB rr
          -> 0A000105:01BB      Masq    1      4          9

        """
      ]),
    BrokenWay("source NAT hides the load balancer", from: "installers.md NET12", cause: "NET12") { host in
      try host.serve(["/proc/net/ip_tables_names": "nat\nfilter\n"])
      host.programs["iptables-save"] = "/usr/sbin/iptables-save"
      host.answers["/usr/sbin/iptables-save -t nat"] = DoctorHost.says(
        "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 443 -j SNAT --to-source 192.0.2.1\nCOMMIT\n"
      )
    },
    BrokenWay(
      "docker-proxy takes the connections", from: "installers.md NET13: docker with \"iptables\": false",
      cause: "NET13",
      owner: .application, files: ["/proc/812/comm": "docker-proxy\n"]),
    BrokenWay(
      "IPv6 clients of NAT64 on a kernel without IPv6", from: "installers.md NET16, iqiyi/dpvs pull request 670",
      cause: "NET16",
      files: [
        "/proc/net/tcp6": nil,
        "/proc/net/toa_table": DoctorHost.table((DoctorHost.clientV6, DoctorHost.balancer, DoctorHost.server)),
      ]),
  ]

  private static let observed: [BrokenWay] = [
    BrokenWay(
      "doctor runs in another network namespace than the counters",
      from: "vendor document 002: counters in a container",
      cause: "OBS01",
      files: ["/proc/net/toa_stats": nil, "/proc/self/ns/net": "-> net:[4026532001]", "/proc/net/toa_table": nil]),
    BrokenWay(
      "most options come from sources that are not trusted", from: "vendor document 001: public addresses of GAAP",
      cause: "OBS02", files: ["/proc/net/toa_stats": DoctorHost.counters(["untrusted": 90_000])]),
    BrokenWay(
      "options arrive and the backend does not see their connections", from: "installers.md OBS02", cause: "OBS02",
      owner: .host,
      [.good, .good]),
    BrokenWay(
      "the application never asks for its peer", from: "vendor document 002: the program logs a header", cause: "OBS03",
      owner: .application, [.good], counting: ["syn_recv_sock_toa": 43]),
    BrokenWay(
      "the module leaves entries behind", from: "vendor document 002: alloc and free differ", cause: "OBS04",
      files: ["/proc/net/toa_stats": DoctorHost.counters(["entry_alloc": 90_000, "entry_free": 70_000])]),
    BrokenWay(
      "the balancer's connections are older than the load", from: "vendor document 002: only new connections",
      cause: "OBS06",
      owner: .application,
      files: [
        "/proc/net/tcp": DoctorHost.tcp(
          DoctorHost.listener(443), DoctorHost.connection(),
          DoctorHost.connection(Endpoint(address: DoctorHost.balancer.address, port: 40_001), DoctorHost.server, 5001))
      ]),
    BrokenWay(
      "the kernel has no memory for addresses", from: "installers.md OBS04", cause: "OBS08",
      files: ["/proc/net/toa_stats": DoctorHost.counters(["alloc_failed": 12])]),
    BrokenWay(
      "an IPv4 server does not ask for its NAT64 clients", from: "vendor document 002: the sample for NAT64",
      cause: "APP03",
      owner: .application, [.good], counting: ["syn_recv_sock_toa": 43, "getname_toa_bypass": 2]),
    BrokenWay(
      "no socket call tells NAT64 clients", from: "installers.md APP03", cause: "APP03", owner: .application,
      files: [
        "/proc/net/toa_table": DoctorHost.table((DoctorHost.clientV6, DoctorHost.balancer, DoctorHost.server)),
        "/sys/module/toa/parameters/profile": "default,-4096,-1345\n", "/sys/module/toa/parameters/getsockopt": "\n",
        "/etc/modprobe.d/toa.conf": "options toa profile=default,-4096,-1345\n",
      ]),
  ]
}
