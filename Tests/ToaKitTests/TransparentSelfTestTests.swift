// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Testing

@testable import ToaKit

/// From what a host has to what its self-test of transparent proxying says.
@Suite struct TransparentSelfTestTests {
  private func test(_ host: StagedHost, _ families: [IPFamily] = []) async throws(ToaError)
    -> TransparentSelfTestDocument
  {
    try await TransparentSelfTest(host.system, Console(host.system.terminal, json: true)).run(
      TransparentSelfTestRequest(families: families))
  }

  private static let settings = TransparentSettings()
  private static let firewalld = """
    table inet firewalld {
    \tflags owner,persist
    \tchain filter_INPUT {
    \t\ttype filter hook input priority filter + 10; policy accept;
    \t\treject with icmpx admin-prohibited
    \t}

    \tchain filter_PREROUTING {
    \t\ttype filter hook prerouting priority filter + 10; policy accept;
    \t\tmeta nfproto ipv6 fib saddr . mark . iif oif missing drop
    \t}
    }

    """

  @Test func `with everything there the server sees the client, and nothing on the host changes`() async throws {
    let host = try await StagedHost(Self.settings)
    let before = host.host
    let document = try await test(host)
    #expect(document.passed && document.tested == .enabled && document.missing == [])
    #expect(document.cases.map(\.name) == ["ipv4-without-rules", "ipv6-without-rules", "ipv4", "ipv6"])
    #expect(document.cases.allSatisfy { $0.passed && $0.answered == $0.withRules })
    #expect(document.findings.map(\.cause) == [.works] && document.findings[0].next == [])
    #expect(before.rules == host.host.rules && before.table == host.host.table && before.routes == host.host.routes)
  }

  @Test func `where nothing is enabled, what enable would make is tested and said to be`() async throws {
    let host = try await StagedHost()
    let document = try await test(host)
    #expect(document.passed && document.tested == .wanted && document.settings == Self.settings)
    #expect(document.findings[0].verdict.hasSuffix("; nothing is enabled on this host"))
    #expect(document.findings[0].next == ["toa tproxy enable"])
    #expect(host.transcript.err.contains("this tests what `toa tproxy enable` would make"))
    #expect(host.host.table == nil && host.host.rules == [:])
  }

  @Test(arguments: IPFamily.allCases)
  func `each missing part is named, for its own protocol`(family: IPFamily) async throws {
    for part in [TransparentPart.rule(family), .route(family)] {
      let document = try await test(try await StagedHost(Self.settings, missing: [part]))
      #expect(!document.passed && document.missing == [part.title])
      #expect(document.cases.filter(\.failed).map(\.name) == [family.rawValue])
      #expect(document.findings.map(\.cause) == [.missingParts])
      #expect(document.findings[0].verdict == "\(part.title) is missing on this host")
      #expect(document.findings[0].next.first == "toa tproxy enable")
    }
  }

  @Test func `a lost table is missed by both protocols`() async throws {
    let host = try await StagedHost(Self.settings, missing: [.mark(.ipv4), .mark(.ipv6)])
    let document = try await test(host)
    #expect(
      document.findings.map(\.cause) == [.missingParts, .missingParts] && document.cases.count(where: \.failed) == 2)
  }

  @Test func `what is missing and what is wrong besides are both said`() async throws {
    let host = try await StagedHost(
      Self.settings, missing: [.rule(.ipv4)], files: ["/proc/sys/net/ipv4/conf/all/src_valid_mark": "1\n"])
    #expect(try await test(host, [.ipv4]).findings.map(\.cause) == [.missingParts, .markedReversePath])
  }

  @Test func `a mark in the check of the reverse path is the cause for IPv4, and a rule with the interface mends it`()
    async throws
  {
    let files = ["/proc/sys/net/ipv4/conf/all/src_valid_mark": "1\n"]
    let document = try await test(try await StagedHost(Self.settings, files: files))
    #expect(
      document.findings.map(\.cause) == [.markedReversePath] && document.cases.filter(\.failed).map(\.name) == ["ipv4"])
    #expect(document.findings[0].next.first?.hasPrefix("toa tproxy enable --interface") == true)
    let accepting = try await StagedHost(
      Self.settings, files: files.merging(["/proc/sys/net/ipv4/conf/all/accept_local": "1\n"]) { $1 })
    #expect(try await test(accepting).passed)
    let narrow = try await StagedHost(TransparentSettings(ports: [8443], interfaces: ["eth1", "eth2"]), files: files)
    let mended = try await test(narrow)
    #expect(
      mended.passed && mended.cases.map(\.name).suffix(4) == ["ipv4-eth1", "ipv6-eth1", "ipv4-eth2", "ipv6-eth2"])
    #expect(narrow.options.suffix(2) == ["eth1", "eth2"].map { TransparentStageOptions(interface: $0, port: 8443) })
  }

  @Test func `a strict check of the reverse path is the cause where answers come another way`() async throws {
    let files = [
      "/proc/sys/net/ipv4/conf/all/rp_filter": "0\n", "/proc/sys/net/ipv4/conf/eth1/rp_filter": "1\n",
      "/sys/class/net/eth1/flags": "0x1003\n", "/sys/class/net/eth1/mtu": "1500\n",
    ]
    var nature = StagedHost.Nature()
    nature.isAsymmetric = true
    let document = try await test(try await StagedHost(Self.settings, nature, files: files))
    #expect(document.findings.map(\.cause) == [.reversePath])
    #expect(document.cases.first(where: \.failed)?.failure.value?.contains("dropped 2 packets") == true)
    let straight = try await test(try await StagedHost(Self.settings, files: files))
    #expect(straight.passed)
  }

  @Test func `rules of others that drop marked packets are found, and what mends it`() async throws {
    let other =
      "table ip other {\n\tchain pre {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t}\n}\n"
    let host = try await StagedHost(Self.settings, foreign: other + Self.firewalld)
    let document = try await test(host)
    #expect(document.otherRules == ["nft table ip other", "nft table inet firewalld"])
    #expect(
      document.findings.map(\.cause) == [.foreignRules] && document.cases.filter(\.failed).map(\.name) == ["ipv6"])
    let finding = document.findings[0]
    #expect(
      finding.verdict.contains("nft table inet firewalld asks by the packet's mark")
        && !finding.verdict.contains("other,"))
    #expect(finding.next.last == "nft list table inet firewalld" && finding.next.count == 2)
    #expect(finding.next[0].hasPrefix("toa tproxy enable --interface"))
  }

  @Test func `rules of others that overwrite the mark are found, and no interface mends that`() async throws {
    let foreign = """
      table inet mangler {
      \tchain pre {
      \t\ttype filter hook prerouting priority mangle + 1; policy accept;
      \t\tmeta mark set 0x5
      \t}
      }

      """
    let document = try await test(try await StagedHost(Self.settings, foreign: foreign), [.ipv4])
    #expect(document.findings.map(\.cause) == [.foreignRules])
    #expect(document.findings[0].verdict.contains("nft table inet mangler drops marked packets, or changes their mark"))
    #expect(document.findings[0].next == ["nft list table inet mangler"])
  }

  @Test func `rules of others that cannot be loaded elsewhere are left out, which is said aloud when asked`()
    async throws
  {
    let foreign =
      "table ip guard {\n\tchain pre {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\tiif \"eth0\" meta mark set 0x5\n\t}\n}\n"
    let host = try await StagedHost(Self.settings, foreign: foreign)
    let document = try await TransparentSelfTest(host.system, Console(host.system.terminal, loudness: .verbose)).run()
    #expect(document.passed && document.otherRules == [])
    #expect(host.transcript.err.contains("nft table ip guard of this host is not in the test"))
    #expect(host.transcript.err.contains("Interface does not exist"))
  }

  @Test func `a kernel without the socket match, or without transparent sockets, is said to be one`() async throws {
    var nature = StagedHost.Nature()
    nature.transparentError = 92
    let sockets = try await test(try await StagedHost(Self.settings, nature), [.ipv4])
    #expect(
      sockets.findings.last?.cause == .notTransparent && sockets.findings.last?.verdict.contains("IPv4 address") == true
    )
    nature = StagedHost.Nature()
    nature.refusal = "Error: Could not process rule: No such file or directory"
    let rules = try await test(try await StagedHost(nil, nature), [.ipv6])
    #expect(rules.findings.map(\.cause) == [.refusedRules] && !rules.passed)
    #expect(rules.findings[0].verdict.contains("Could not process rule"))
  }

  @Test func `answers that come back without rules make the test worthless, and it fails`() async throws {
    var nature = StagedHost.Nature()
    nature.isOpen = true
    let document = try await test(try await StagedHost(Self.settings, nature))
    #expect(!document.passed && document.findings.map(\.cause) == [.noControl])
    #expect(document.cases.filter(\.failed).map(\.name) == ["ipv4-without-rules", "ipv6-without-rules"])
  }

  @Test func `without IPv6 in the kernel its case is skipped, and alone it proves nothing`() async throws {
    var nature = StagedHost.Nature()
    nature.hasV6 = false
    let document = try await test(try await StagedHost(Self.settings, nature))
    #expect(document.passed && document.cases.map(\.name) == ["ipv4-without-rules", "ipv4", "ipv6"])
    #expect(document.cases.last?.skipped.value == "this kernel has no IPv6 sockets (errno 97)")
    #expect(document.findings[0].verdict.hasSuffix("over IPv4"))
    #expect(try await !test(try await StagedHost(Self.settings, nature), [.ipv6]).passed)
  }

  @Test func `where no namespace or pair can be made it is not applicable`() async throws {
    for (step, errno, next) in [
      ("make a network namespace", 1, "container"), ("make a pair of virtual interfaces (veth)", 95, "modprobe veth"),
    ] as [(String, Int32, String)] {
      var nature = StagedHost.Nature()
      nature.error = SelfTestError(step: step, errno: errno)
      let host = try await StagedHost(Self.settings, nature)
      let error = await #expect(throws: ToaError.self) { try await test(host) }
      #expect(error?.status == .notApplicable && error?.what.hasSuffix("cannot \(step)") == true)
      #expect(error?.next.first?.contains(next) == true)
    }
  }

  @Test func `without root, without nsenter and for a protocol that is not enabled nothing is made`() async throws {
    let host = try await StagedHost(TransparentSettings(families: [.ipv4]))
    var system = host.system
    system.identity.userID = 1000
    var error = await #expect(throws: ToaError.self) {
      try await TransparentSelfTest(system, Console(system.terminal)).run()
    }
    #expect(error?.status == .refused && error?.next == ["sudo toa tproxy selftest"])
    system = host.system
    system.run.find = { _ in nil }
    error = await #expect(throws: ToaError.self) {
      try await TransparentSelfTest(system, Console(system.terminal)).run()
    }
    #expect(error?.status == .notApplicable && error?.next == ["install util-linux"])
    error = await #expect(throws: ToaError.self) { try await test(host, [.ipv6]) }
    #expect(error?.status == .usage && host.options.isEmpty)
  }

  @Test func `programs start in a namespace by their place, with what they are given`() async throws {
    let run = CommandRunner(
      run: { command throws(CommandError) in
        #expect(command == Command("nsenter", ["--net=/proc/9/fd/5", "--", "/usr/sbin/nft", "-f", "-"], input: [65]))
        return CommandResult(status: 3)
      },
      stream: { command, _ throws(CommandError) in
        #expect(command.arguments == ["--net=/proc/9/fd/5", "--", "unknown", "x"])
        return CommandResult(status: 4)
      }, find: { $0 == "nft" ? "/usr/sbin/nft" : nil }
    ).inNetwork("/proc/9/fd/5")
    #expect(try await run.run(Command("nft", ["-f", "-"], input: [65])).status == 3)
    #expect(try await run.stream(Command("unknown", ["x"])) { _ in }.status == 4)
    #expect(run.find("nft") == "/usr/sbin/nft" && run.find("unknown") == nil)
  }

  @Test func `enabling ends with the connections, and takes everything back when one fails`() async throws {
    let request = TransparentRequest(isRuntime: true, yes: true)
    func enable(_ host: StagedHost) async throws(ToaError) {
      _ = try await TransparentProxying(host.system, Console(host.system.terminal)).enable(request)
    }
    let files = [
      "/etc/os-release": "ID=debian\n", "/run/": "", "/var/lib/": "",
      "/lib/modules/6.1.0-56-cloud-amd64/modules.dep": "",
    ]
    let good = try await StagedHost(files: files)
    try await enable(good)
    #expect(good.host.rules != [:] && good.host.table != nil)
    #expect(good.transcript.err.contains("over IPv4 and IPv6"))
    let bad = try await StagedHost(nil, .init(transparentError: 1), files: files)
    let error = await #expect(throws: ToaError.self) { try await enable(bad) }
    #expect(error?.status == .selfTestFailed)
    #expect(bad.host.table == nil && (bad.host.rules[.ipv4] ?? []).isEmpty && (bad.host.routes[.ipv4] ?? []).isEmpty)
    #expect(try TransparentRecord.read(bad.system.files) == nil)
    // Where there are no stages, what the kernel shows has to do.
    let contained = try await StagedHost(
      nil, .init(error: SelfTestError(step: "make a network namespace", errno: 1)), files: files)
    try await enable(contained)
    #expect(contained.host.table != nil && contained.transcript.err.contains("not made: "))
  }
}
