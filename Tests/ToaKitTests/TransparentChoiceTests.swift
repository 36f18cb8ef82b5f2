// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// The numbers that a transparent proxy's rules get, and what is refused.
struct TransparentChoiceTests {
  private func host(_ files: [String: String] = [:]) throws -> FakeHost {
    var world = FakeNetwork.world
    for (path, text) in files {
      world.addFolders(above: path)
      world.nodes[path] = .file(mode: 0o644, bytes: Array(text.utf8))
    }
    return try FakeHost(world)
  }

  private func wanted(_ host: FakeHost, _ request: TransparentRequest = TransparentRequest()) async throws
    -> TransparentSettings
  {
    try await TransparentSettings.wanted(host.system, request)
  }

  private func status(
    _ host: FakeHost, _ request: TransparentRequest
  ) async -> (status: ToaKit.ExitStatus, text: String)? {
    do throws(ToaError) {
      _ = try await TransparentSettings.wanted(host.system, request)
      return nil
    } catch {
      return (error.status, error.description)
    }
  }

  @Test func `without anything in the way the usual numbers are taken`() async throws {
    let settings = try await wanted(try host())
    #expect(settings == TransparentSettings())
    #expect(settings.maskedMark == "0x1000000/0x1000000")
  }

  @Test func `a bit, a table and a number that others use are passed over`() async throws {
    let rules = "\(FakeNetwork.folder)/rules.ipv4"
    var settings = try await wanted(try host([rules: "862:\tfrom all fwmark 0x1000000/0x1000000 lookup 862\n"]))
    #expect(settings.mark == 0x0200_0000 && settings.table == 863 && settings.priority == 861)
    // A rule that takes all packets first.
    settings = try await wanted(try host([rules: "400:\tfrom all lookup 55\n"]))
    #expect(settings.priority == 399)
    settings = try await wanted(try host(["/etc/iproute2/rt_tables": "862\tuplink\n"]))
    #expect(settings.table == 863)
    settings = try await wanted(try host(["\(FakeNetwork.folder)/routes.ipv6": "default via fe80::1 table 862\n"]))
    #expect(settings.table == 863)
    // Calico takes its bits when it starts.
    settings = try await wanted(try host(["\(FakeNetwork.folder)/nft.ip mangle": "chain cali-PREROUTING {\n"]))
    #expect(settings.mark == 0x10)
  }

  @Test func `bits are found in what programs print`() {
    let lines = """
      meta mark set meta mark | 0x00004000
      meta mark & 0xffffbfff == 0x00000100 accept
      -A PREROUTING -m mark --mark 0x20/0xf0 -j ACCEPT
      tcp dport 0x99 accept
      """
    let rules = ["5:\tfrom all fwmark 0x0/0x80000 lookup 5", "6:\tfrom all fwmark 0xca6c lookup 6"].compactMap {
      PolicyRule($0)
    }
    let marks = MarksInUse(rules: rules, listings: [lines])
    #expect(marks.uses.map(\.bits) == [0x80000, 0xca6c, 0x4000, 0x4100, 0xf0])
    #expect(marks.user(of: 0x20) == "ip rule 6: from all fwmark 0xca6c lookup 6")
    #expect(marks.user(of: 0x10) == "-A PREROUTING -m mark --mark 0x20/0xf0 -j ACCEPT")
    #expect(marks.user(of: 0x1000) == nil)
    #expect(marks.free == 0x0100_0000)
    #expect(MarksInUse(rules: [], listings: ["mark 0xffff0000 mark 0x0000ffff"]).free == nil)
  }

  @Test func `numbers that were asked for and are in use are refused with who uses them`() async throws {
    let mark = try #require(await status(try host(), TransparentRequest(mark: "0x1")))
    #expect(mark.status == .conflict && mark.text.contains("ip rule 100: from all fwmark 0x1 lookup 100"))
    let rule = try #require(await status(try host(), TransparentRequest(mark: "64")))
    #expect(rule.status == .conflict && rule.text.contains("meta mark set 0x00000040"))
    let table = try #require(await status(try host(), TransparentRequest(table: 100)))
    #expect(table.status == .conflict && table.text.contains("lookup 100"))
    #expect(try await wanted(try host(), TransparentRequest(mark: "0x2", table: 7)).mark == 2)
  }

  @Test(arguments: [
    TransparentRequest(ports: "0"), TransparentRequest(ports: "80,"), TransparentRequest(ports: "65536"),
    TransparentRequest(interfaces: "eth1,eth/2"), TransparentRequest(interfaces: "eth9"),
    TransparentRequest(interfaces: "lo"),
    TransparentRequest(mark: "0"), TransparentRequest(mark: "0x1ffffffff"), TransparentRequest(mark: "red"),
    TransparentRequest(table: 254), TransparentRequest(table: 0),
  ])
  func `what cannot be is a usage error`(request: TransparentRequest) async throws {
    #expect(await status(try host(), request)?.status == .usage)
  }

  @Test func `ports and interfaces are kept until others or any are asked for`() async throws {
    let host = try host()
    try await host.enable(ports: "8443,80,80", interfaces: "eth1", isRuntime: true)
    var settings = try await wanted(host)
    #expect(settings.ports == [80, 8443] && settings.interfaces == ["eth1"])
    settings = try await wanted(host, TransparentRequest(ports: "any", interfaces: "any"))
    #expect(settings.ports == [] && settings.interfaces == [])
  }

  @Test func `where marks count for the reverse path an interface has to be named`() async throws {
    let host = try host(["/proc/sys/net/ipv4/conf/all/src_valid_mark": "1\n"])
    let refusal = try #require(await status(host, TransparentRequest()))
    #expect(refusal.status == .refused && refusal.text.contains("src_valid_mark"))
    #expect(try await wanted(host, TransparentRequest(interfaces: "eth1")).interfaces == ["eth1"])
    // This host itself may be the answer then.
    let accepting = try self.host([
      "/proc/sys/net/ipv4/conf/all/src_valid_mark": "1\n", "/proc/sys/net/ipv4/conf/all/accept_local": "1\n",
    ])
    #expect(try await wanted(accepting, TransparentRequest()).interfaces == [])
    for (table, rule) in [
      ("inet firewalld", "meta nfproto ipv6 fib saddr . mark . iif oif missing drop"),
      ("ip raw", "-A PREROUTING -m rpfilter --validmark --invert -j DROP"),
    ] {
      let host = try self.host(["\(FakeNetwork.folder)/nft.\(table)": rule + "\n"])
      #expect(await status(host, TransparentRequest())?.status == .refused)
      #expect(try await wanted(host, TransparentRequest(interfaces: "eth1")).interfaces == ["eth1"])
    }
  }

  @Test func `a strict check of the reverse path is made loose where answers come another way, and strict again`()
    async throws
  {
    let host = try host([
      "/proc/sys/net/ipv4/conf/eth1/rp_filter": "1\n",
      "/etc/haproxy/haproxy.cfg": "listen web\n source 0.0.0.0 usesrc clientip\n server one 10.0.0.5:80\n",
    ])
    host[\.answers] = [
      "ip route get 10.0.0.5": CommandResult(status: 0, output: "10.0.0.5 dev eth1 src 10.0.0.1 uid 0")
    ]
    #expect(try await wanted(host, TransparentRequest(interfaces: "eth1")).loose == [])
    host[\.answers] = [
      "ip route get 10.0.0.5": CommandResult(status: 0, output: "10.0.0.5 dev eth2 src 10.0.0.1 uid 0")
    ]
    #expect(try await wanted(host).loose == [])
    let plan = try await host.enable(interfaces: "eth1", isRuntime: true)
    #expect(plan.commands.contains("sysctl net.ipv4.conf.eth1.rp_filter=2"))
    #expect(host.files.line("/proc/sys/net/ipv4/conf/eth1/rp_filter") == "2")
    #expect(try await !host.enable(isRuntime: true).changed)
    try await host.disable()
    #expect(host.files.line("/proc/sys/net/ipv4/conf/eth1/rp_filter") == "1")
  }

  @Test func `iptables is taken where nft is not there, or its rules are refused`() async throws {
    let host = try host()
    host[\.answers] = [
      "nft --check": CommandResult(status: 1, errorOutput: "Error: Could not process rule: No such file")
    ]
    #expect(try await wanted(host).filter == .iptables)
    try host.files.remove("/usr/bin/nft")
    #expect(try await wanted(host).filter == .iptables)
    #expect(await status(host, TransparentRequest(filter: .nft))?.status == .notApplicable)
    try host.files.remove("/usr/bin/ip6tables")
    #expect(try await wanted(host).filter == .nft)
  }

  @Test func `a host without IPv6 gets no rules for it`() async throws {
    let host = try host()
    try host.files.remove("/proc/net/if_inet6")
    #expect(try await wanted(host).families == [.ipv4])
    try await host.enable(isRuntime: true)
    #expect(!host.changes.contains { $0.contains("-6") })
  }

  @Test(arguments: [
    "{}", "not JSON", #"{"schema":"toa.tproxy/2"}"#,
    #"{"schema":"toa.tproxy/1","settings":{"families":["ipv4"],"filter":"nft","interfaces":["a\"b"],"loose":[],"mark":1,"ports":[],"priority":9,"table":9}}"#,
    #"{"schema":"toa.tproxy/1","settings":{"families":["ipv4"],"filter":"nft","interfaces":[],"loose":[],"mark":0,"ports":[],"priority":9,"table":9}}"#,
    #"{"schema":"toa.tproxy/1","settings":{"families":["ipv4"],"filter":"nft","interfaces":[],"loose":[],"mark":1,"ports":[],"priority":9,"table":254}}"#,
  ])
  func `settings that toa did not write are refused, and nothing is made`(text: String) async throws {
    let host = try host([TransparentSettings.path: text])
    await #expect(throws: ToaError.self) { try await TransparentProxying(host.system, host.console).restore() }
    #expect(host.changes == [])
  }

  @Test func `more than fifteen ports are several rules of iptables`() {
    let settings = TransparentSettings(
      filter: .iptables, ports: Array(1...20), interfaces: ["a", "b"], families: [.ipv4])
    let rules = IptablesMark.typed(.ipv4, settings).make.filter { $0.contains("--sports") }
    #expect(rules.count == 4 && rules[1].contains("--sports 16,17,18,19,20"))
  }
}
