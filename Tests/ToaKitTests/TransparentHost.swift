// SPDX-License-Identifier: Apache-2.0
import Host
import Wire

@testable import ToaKit

/// haproxy on a made host, that connects to its servers with the clients' addresses, and what brings their answers back.
enum TransparentHost {
  /// Who made the rules and routes.
  enum Maker: Sendable {
    /// Nobody.
    case nobody
    /// `toa tproxy enable`, with these settings.
    case toa(TransparentSettings)
    /// A person, with iptables and the chain DIVERT, for IPv4.
    case hand
  }

  static let settings = TransparentSettings(ports: [8080])
  static let rule = "862:\tfrom all fwmark 0x1000000/0x1000000 lookup 862"
  static let handRule = "32765:\tfrom all fwmark 0x1 lookup 100"
  static let local = "local default dev lo table 862 scope host"
  static let handLocal = "local default dev lo table 100 scope host"
  static let divert = [
    "-A PREROUTING -p tcp -m socket -j DIVERT", "-A DIVERT -j MARK --set-xmark 0x1/0xffffffff", "-A DIVERT -j ACCEPT",
  ]

  /// haproxy's configuration with these lines in place of those of the backend.
  static func configuration(
    global: String = "", binds: [String] = ["bind :443"], source: String = "source 0.0.0.0 usesrc clientip",
    servers: [String] = ["server web1 10.0.5.5:8080", "server web2 10.0.5.6:8080"]
  ) -> String {
    """
    global
      log /dev/log local0
      \(global)
    defaults
      mode tcp
    frontend web
      \(binds.joined(separator: "\n  "))
      default_backend app
    backend app
      \(source)
      \(servers.joined(separator: "\n  "))

    """
  }

  /// The files of a serving host with haproxy at work, and what its maker has on disk.
  static func files(
    _ maker: Maker, _ configuration: String = configuration(), _ changes: [String: String?] = [:]
  ) -> [String: String?] {
    var files = DoctorHost.serving
    files.merge([
      "/etc/haproxy/haproxy.cfg": configuration, "/proc/900/comm": "haproxy\n",
      "/proc/900/cmdline": "/usr/sbin/haproxy\0-Ws\0-f\0/etc/haproxy/haproxy.cfg\0-p\0/run/haproxy.pid\0",
      "/proc/900/status": "Name:\thaproxy\nCapEff:\t0000000000003000\nSeccomp:\t0\n",
      "/proc/900/cgroup": "0::/system.slice/haproxy.service\n", "/proc/900/ns/net": "-> net:[4026531840]",
      "/proc/900/stat": DoctorHost.stat(of: 900, "haproxy", started: 200), "/proc/net/tcp6": DoctorHost.tcp(),
    ]) { $1 }
    switch maker {
    case .nobody: break
    case .toa(let settings):
      files[TransparentSettings.path] = settings.fileText
      files["/usr/lib/systemd/system/toa-tproxy.service"] = "[Unit]\n"
      files["/usr/lib/systemd/system/multi-user.target.wants/toa-tproxy.service"] = "-> ../toa-tproxy.service"
      files["/sys/module/nf_tables/"] = ""
    case .hand: files["/proc/net/ip_tables_names"] = "mangle\nfilter\n"
    }
    return files.merging(changes) { $1 }
  }

  /// Lets ip(8), nft and iptables-save answer; `rules` are further ones of `ip rule`, `marking` further ones of the packet filter, which
  /// begin with the table and chain of nft, and `flushed` says whether toa's own are gone.
  static func answer(
    _ maker: Maker, rules: [String] = [], rules6: [String] = [], marking: [String] = [], locals: [String]? = nil,
    own: [String]? = nil, flushed: Bool = false, saved: [String] = divert
  ) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      host.answers["dmesg"] = DoctorHost.says(DoctorHost.log + "[  100.000000] TOA: toa load success\n")
      host.programs["ip"] = "/usr/sbin/ip"
      var (v4, v6, local) = (rules, rules6, locals ?? [])
      switch maker {
      case .nobody: break
      case .hand:
        v4 += own ?? [handRule]
        local = locals ?? [handLocal]
        host.programs["iptables-save"] = "/usr/sbin/iptables-save"
        host.answers["/usr/sbin/iptables-save -t mangle"] = DoctorHost.says(
          "*mangle\n:PREROUTING ACCEPT [0:0]\n:DIVERT - [0:0]\n\((saved + marking).joined(separator: "\n"))\nCOMMIT\n")
      case .toa(let settings):
        if !flushed {
          v4 += own ?? [rule]
          v6 += own ?? [rule]
          local = locals ?? [TransparentHost.local]
        }
        answer(settings, marking, isThere: !flushed, &host)
      }
      let usual = ["0:\tfrom all lookup local", "32766:\tfrom all lookup main", "32767:\tfrom all lookup default"]
      func says(_ lines: [String]) -> CommandResult {
        DoctorHost.says(lines.map { $0 + "\n" }.joined())
      }
      let owned = ["local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1"]
      // What a person wrote is for IPv4 alone.
      let local6 = if case .hand = maker { [String]() } else { local }
      for (options, rules, local) in [("", v4, local), ("-6 ", v6, local6)] {
        host.answers["ip \(options)rule show"] = says(usual + rules)
        host.answers["ip \(options)route show table all type local"] = says(local + owned)
        host.answers["ip \(options)route show table 862"] =
          local.contains { $0.contains("table 862") } ? says(["local default dev lo scope host"]) : says([])
      }
      host.answers["ip -o addr show"] = says([
        "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever",
        "2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever preferred_lft forever",
        "3: eth1    inet 10.0.5.1/24 brd 10.0.5.255 scope global eth1\\       valid_lft forever preferred_lft forever",
        "3: eth1    inet6 2001:db8:5::1/64 scope global \\       valid_lft forever preferred_lft forever",
      ])
      host.answers["ip -o link show"] = says(["2: eth0: <UP> mtu 1500 qdisc mq state UP"])
    }
  }

  /// nft, with toa's table and rules of others: "ip mangle PREROUTING: meta mark set 0x1".
  private static func answer(
    _ settings: TransparentSettings, _ marking: [String], isThere: Bool, _ host: inout DoctorHost
  ) {
    let own = NftMark.text(settings, wildcard: true).split(separator: "\n").first { $0.contains("socket transparent") }
    var chains: [String: [String]] = isThere ? ["inet toa_tproxy prerouting": [String(own ?? "")]] : [:]
    for rule in marking {
      let parts = rule.split(separator: ":", maxSplits: 1).map(String.init)
      chains[parts[0], default: []].append(parts[1])
    }
    host.programs["nft"] = "/usr/sbin/nft"
    host.answers["nft list table inet toa_tproxy"] =
      isThere
      ? DoctorHost.says(NftMark.text(settings, wildcard: true))
      : CommandResult(status: 1, errorOutput: "Error: No such file or directory\n")
    var list = ""
    for (chain, rules) in chains.sorted(by: { $0.key < $1.key }) {
      let words = chain.split(separator: " ").map(String.init)
      // A chain that others jump to has no hook.
      let isBase = !["DIVERT", "OTHER"].contains(words[2])
      let type =
        !isBase
        ? "" : "\t\ttype filter hook prerouting priority \(words[2] == "early" ? "raw" : "mangle"); policy accept;\n"
      let head = "table \(words[0]) \(words[1]) {\n\tchain \(words[2]) {\n\(type)"
      list += "\(head)\t}\n}\n"
      host.answers["/usr/sbin/nft list chain \(chain)"] = DoctorHost.says(
        head + rules.map { "\t\t\($0)\n" }.joined() + "\t}\n}\n")
    }
    host.answers["/usr/sbin/nft list chains"] = DoctorHost.says(list)
  }

  /// A connection that haproxy has asked for with a foreign address, and that is not answered.
  static func waiting(_ client: String, _ server: String, sent: Int = 3) -> [String: String?] {
    ["/proc/net/tcp": DoctorHost.tcp(DoctorHost.listener(443), DoctorHost.connection(), row(client, server, sent))]
  }

  private static func row(_ client: String, _ server: String, _ sent: Int) -> String {
    let ends = (Endpoint(server), Endpoint(client))
    guard let server = ends.0, let client = ends.1 else { return "" }
    return DoctorHost.connection(server, client, 6000).replacing(" 01 00000000", with: " 02 00000000")
      .replacing("00:00000000 00000000     0", with: "01:00000030 0000000\(sent)     0")
  }
}
