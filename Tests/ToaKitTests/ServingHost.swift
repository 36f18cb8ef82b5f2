// SPDX-License-Identifier: Apache-2.0
import Bpf
import Capture
import Host
import SelfTest
import Testing
import Wire

@testable import ToaKit

/// A server behind a load balancer, on a made host: what /proc and /sys show of it, and connections for a capture.
extension DoctorHost {
  /// The load balancer's end of the connection that is open, the server's, and the client.
  static let balancer = Endpoint(address: .v4(IPv4Address(10, 0, 0, 9)), port: 40_000)
  static let server = Endpoint(address: .v4(IPv4Address(10, 0, 0, 1)), port: 443)
  static let client = Endpoint(address: .v4(IPv4Address(203, 0, 113, 7)), port: 5555)
  static let clientV6 = Endpoint(address: .v6(IPv6Address(high: 0x2001_0db8 << 32, low: 7)), port: 5555)

  /// nginx on port 443, started before toa was loaded, with one connection whose client is known.
  mutating func serve(_ changes: [String: String?] = [:]) throws {
    for (path, text) in Self.serving.merging(changes, uniquingKeysWith: { $1 }) {
      if let text { try tree.write(path, text) } else { try tree.remove(path) }
    }
    if try bpf.live() != nil {
      // The programs of eBPF count as the module does, and show nothing in /proc.
      for path in [Counters.path, ClientConnection.modulePath] { try tree.remove(path) }
      let files = tree.root
      try tree.write("/sys/fs/bpf/toa/control", "")
      bpf.counters = { () throws(BpfError) in
        let counters = (try? files.text(Self.countedPath)).flatMap(Counters.init(parsing:)) ?? Counters(bpf: [])
        return counters.counters.map { BpfCounter(name: $0.name, perCPU: $0.perCPU) }
      }
    }
    try tree.write(Self.countedPath, Self.counters([:]))
    let log = answers["dmesg"]?.output ?? ""
    answers["dmesg"] = Self.says(
      log + "[  100.000000] TOA: toa load success\n[  100.000010] TOA: version 0.1.0, hook ftrace\n")
  }

  static let serving: [String: String?] = [
    "/proc/net/tcp": tcp(listener(443), connection()), "/proc/net/tcp6": tcp(), "/proc/net/udp": tcp(),
    "/proc/812/comm": "nginx\n", "/proc/812/fd/6": "-> socket:[4711]",
    "/proc/812/cgroup": "0::/system.slice/nginx.service\n",
    "/proc/812/stat": stat(of: 812, "nginx", started: 20), "/proc/812/status": "Name:\tnginx\nSeccomp:\t0\n",
    "/proc/812/ns/net": "-> net:[4026531840]", "/proc/self/ns/net": "-> net:[4026531840]",
    "/proc/1/ns/net": "-> net:[4026531840]", "/proc/net/netstat": netstat([:]),
    "/proc/net/snmp": "Ip: ReasmFails\nIp: 0\n",
    "/proc/net/sockstat": "sockets: used 90\nTCP: inuse 5 orphan 0 tw 0 alloc 8 mem 1\n",
    "/proc/net/toa_stats": counters([:]), "/proc/net/toa_table": table((client, balancer, server)),
    "/proc/sys/net/ipv4/tcp_syncookies": "1\n", "/proc/sys/net/ipv4/conf/all/rp_filter": "0\n",
    "/proc/sys/net/ipv4/conf/eth0/rp_filter": "1\n", "/sys/class/net/lo/flags": "0x9\n",
    "/sys/class/net/lo/mtu": "65536\n",
    "/sys/class/net/eth0/flags": "0x1003\n", "/sys/class/net/eth0/mtu": "1500\n", "/sys/class/net/eth0/device/": "",
    "/proc/net/ip_tables_names": "", "/proc/stat": "cpu 1 2 3\nbtime 1700000000\n",
  ]

  /// Where a host without the module has its counters, for `bpf`.
  private static let countedPath = "/run/test-counters"

  /// A file like /proc/net/tcp.
  static func tcp(_ lines: String...) -> String {
    (["  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"] + lines)
      .joined(separator: "\n") + "\n"
  }

  static func listener(_ port: UInt16, _ number: Int = 4711) -> String {
    row(
      Endpoint(address: .v4(IPv4Address(0)), port: port), Endpoint(address: .v4(IPv4Address(0)), port: 0), "0A", number)
  }

  static func connection(
    _ balancer: Endpoint = balancer, _ server: Endpoint = server, _ number: Int = 5000
  ) -> String { row(server, balancer, "01", number) }

  private static func row(_ local: Endpoint, _ peer: Endpoint, _ state: String, _ number: Int) -> String {
    func text(_ end: Endpoint) -> String {
      let words = stride(from: 0, to: end.address.bytes.count, by: 4).map { start in
        // A word as this machine has it in memory.
        end.address.bytes[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
      }
      return words.map { hexadecimal($0, 8) }.joined() + ":" + hexadecimal(UInt64(end.port), 4)
    }
    return
      "   0: \(text(local)) \(text(peer)) \(state) 00000000:00000000 00:00000000 00000000     0        0 \(number) 1 0"
  }

  private static func hexadecimal(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: digits - text.count) + text
  }

  /// /proc/PID/stat of a process that was started so many seconds after the boot.
  static func stat(of process: Int, _ name: String, started: Int) -> String {
    "\(process) (\(name)) S" + String(repeating: " 0", count: 18) + " \(started * 100) 0 0\n"
  }

  static func netstat(_ values: [String: Int]) -> String {
    let names = ["SyncookiesRecv", "ListenOverflows", "IPReversePathFilter", "TCPMTUPFail", "TCPFastOpenPassive"]
    let multipath = ["MPCapableSYNRX", "MPCapableACKRX"]
    func rows(_ group: String, _ names: [String]) -> String {
      "\(group): \(names.joined(separator: " "))\n\(group): \(names.map { "\(values[$0] ?? 0)" }.joined(separator: " "))\n"
    }
    return rows("TcpExt", names) + rows("MPTcpExt", multipath)
  }

  /// The module's counters, those of a host on which all is well but for these.
  static func counters(_ changes: [String: Int]) -> String {
    let usual = [
      "syn_recv_sock_toa": 42, "syn_recv_sock_no_toa": 17, "getname_toa_ok": 80, "getname_toa_mismatch": 0,
      "getname_toa_bypass": 0, "getname_toa_empty": 3, "ip6_address_alloc": 0, "ip6_address_free": 0, "entry_alloc": 42,
      "entry_free": 41, "untrusted": 2, "malformed": 0, "alloc_failed": 0, "table_full": 0, "late_option": 0,
      "deferred_option": 0, "syn_option": 0, "deferred_lost": 0, "getsockopt_ok": 0, "destructor_unknown": 0,
      "kretprobe_missed": 0,
    ]
    let values = usual.merging(changes) { $1 }
    return "        CPU0       CPU1\n" + values.keys.sorted().map { "\($0) : \(values[$0] ?? 0) 0\n" }.joined()
  }

  /// The module's table of connections.
  static func table(_ rows: (client: Endpoint, balancer: Endpoint, server: Endpoint)...) -> String {
    "client balancer local option netns\n"
      + rows.map { "\($0.client) \($0.balancer) \($0.server) 254/8 4026531840\n" }.joined()
  }

  /// These connections of the synthetic load balancer are opened to port 443 while doctor captures, and the module counts `taken` more.
  mutating func capture(
    _ scripts: [Script], ports: [UInt16] = [443], counting changes: [String: Int] = [:], kernel: [String: Int] = [:],
    changing change: @escaping @Sendable (CapturedPacket) -> CapturedPacket = { $0 }
  ) {
    watch = CaptureRequest(ports: ports, seconds: 10)
    // The module's counters, or those that stand for the programs'.
    let (tree, path) = (tree, tree.root.exists(Counters.path) ? Counters.path : Self.countedPath)
    answers["ip route show to match 10.9.0.2"] = Self.says("default via 10.0.0.254 dev eth0\n")
    system.capture = { options, take async throws(CaptureError) in
      #expect(options.seconds == 10)
      var packets: [CapturedPacket] = []
      do throws(SelfTestError) {
        packets = try await record(scripts).flatMap { $0.onPort443() }
      } catch {
        Issue.record("the synthetic load balancer cannot work: \(error)")
      }
      #expect(throws: Never.self) {
        try tree.write(path, Self.counters(changes))
        if !kernel.isEmpty { try tree.write("/proc/net/netstat", Self.netstat(kernel)) }
      }
      if !packets.isEmpty { _ = take(CaptureBatch(packets: packets.map(change))) }
    }
  }
}

extension Finding {
  /// Whether it was left out for want of nothing but a capture, the other backend or a program that made hosts do not have.
  var isLeftOut: Bool {
    ["not needed: ", "needs a capture", "needs ethtool", "needs ip(8)"].contains { observed.hasPrefix($0) }
  }
}

extension [RecordedPacket] {
  /// The packets of one connection as a capture of a server on port 443 has them.
  fileprivate func onPort443() -> [CapturedPacket] {
    guard let syn = first?.bytes else { return [] }
    func place(_ bytes: [UInt8]) -> Int { bytes[0] >> 4 == 4 ? Int(bytes[0] & 15) * 4 : 40 }
    let own = Array<UInt8>(syn[(place(syn) + 2)..<(place(syn) + 4)])
    return map { packet in
      var bytes = packet.bytes
      for start in [place(bytes), place(bytes) + 2] where Array<UInt8>(bytes[start..<(start + 2)]) == own {
        bytes[start] = 1
        bytes[start + 1] = 187
      }
      return CapturedPacket(time: packet.time, link: .raw, bytes: bytes)
    }
  }
}

/// Connections of the synthetic load balancer.
extension Script {
  static let option = OptionFormat.classic(kind: 254).option(for: DoctorHost.client)?.bytes ?? []
  static let timestamps: [UInt8] = [1, 1, 8, 10] + [UInt8](repeating: 7, count: 8)

  /// Opened with an option in the bare ACK, then a request.
  static let good = Script([.init(options: option), .init(payload: 120)])
  /// Opened and closed without data, as health checks are.
  static let healthCheck = Script([.init()])
  /// A request over a connection without an option.
  static let plain = Script([.init(), .init(payload: 120)])
}
