// SPDX-License-Identifier: Apache-2.0
import Glibc
import SelfTest
import Testing
import Wire

/// These run for real, as the self-test's own do: they need root, the veth driver, nft or iptables, and nsenter.
@Suite(.serialized) struct TransparentStageTests {
  /// Runs a program in the proxy's namespace.
  private func run(_ stage: TransparentStage, _ words: String) throws {
    try #require(
      Process.run(["nsenter", "--net=\(stage.proxyNetwork)", "--"] + words.split(separator: " ").map(String.init)) == 0,
      "\(words)")
  }

  private static let mark = "meta l4proto tcp socket transparent 1 meta mark set meta mark | 0x1000000"

  private func addMark(_ stage: TransparentStage, _ condition: String = "") throws {
    try run(stage, "nft add table inet t")
    try run(stage, "nft add chain inet t p { type filter hook prerouting priority -150 ; }")
    try run(stage, "nft add rule inet t p \(condition) \(Self.mark)")
  }

  private func addRoute(_ stage: TransparentStage, _ options: [String] = ["-4", "-6"], _ condition: String = "") throws
  {
    for option in options {
      try run(stage, "ip \(option) rule add pref 862 \(condition) fwmark 0x1000000/0x1000000 lookup 862")
      try run(stage, "ip \(option) route add local default dev lo table 862")
    }
  }

  @Test(arguments: TransparentStage.Family.allCases)
  func `without rules the server is reached from the client's address, and its answer is lost`(
    family: TransparentStage.Family
  ) async throws {
    let stage = try await makeTransparentStage(TransparentStageOptions())
    #expect(stage.missingV6 == nil)
    let result = try await stage.connect(family, 600)
    #expect(result.failure == .unanswered(reachedServer: true), "\(result)")
    #expect(result.client?.address == IPAddress(family == .v4 ? "198.18.1.2" : "fd74:6f61::1:2"))
    #expect(result.accepted == nil && !result.passed)
  }

  @Test(arguments: TransparentStage.Family.allCases)
  func `with the rules the server sees the client and the answer comes back`(family: TransparentStage.Family)
    async throws
  {
    let stage = try await makeTransparentStage(TransparentStageOptions(interface: "a-name-of-15-by", port: 443))
    // Named as those of a host would be.
    try addMark(stage, "iifname a-name-of-15-by tcp sport 443")
    try addRoute(stage, ["-4", "-6"], "iif a-name-of-15-by")
    for _ in 0..<3 {
      let result = try await stage.connect(family, 5000)
      #expect(result.failure == nil, "\(result)")
      #expect(result.accepted?.address == result.client?.address && result.accepted != nil)
      #expect(result.passed)
    }
  }

  @Test func `each missing rule alone keeps answers from coming back, of its own protocol`() async throws {
    let stage = try await makeTransparentStage(TransparentStageOptions())
    try addRoute(stage)
    #expect(try await stage.connect(.v4, 600).failure == .unanswered(reachedServer: true))
    try addMark(stage)
    #expect(try await stage.connect(.v4, 5000).passed)
    try run(stage, "ip -6 route del local default dev lo table 862")
    #expect(try await stage.connect(.v4, 5000).passed)
    #expect(try await stage.connect(.v6, 600).failure == .unanswered(reachedServer: true))
    try run(stage, "ip -4 rule del pref 862")
    #expect(try await stage.connect(.v4, 600).failure == .unanswered(reachedServer: true))
  }

  @Test func `a rule for another port or interface does not help`() async throws {
    for condition in ["tcp sport 81", "iifname eth77"] {
      let stage = try await makeTransparentStage(TransparentStageOptions(port: 80))
      try addMark(stage, condition)
      try addRoute(stage)
      #expect(try await stage.connect(.v4, 600).failure == .unanswered(reachedServer: true), "\(condition)")
    }
  }

  @Test func `a mark that chooses the route of the reverse path loses IPv4 answers until it is off`() async throws {
    let stage = try await makeTransparentStage(TransparentStageOptions())
    try addMark(stage)
    try addRoute(stage)
    try await stage.set("ipv4/conf/all/src_valid_mark", "1")
    #expect(try await stage.connect(.v4, 600).failure == .unanswered(reachedServer: true))
    #expect(try await stage.connect(.v6, 5000).passed)
    try await stage.set("ipv4/conf/all/src_valid_mark", "0")
    #expect(try await stage.connect(.v4, 5000).passed)
  }

  @Test func `a strict reverse path is counted where it loses answers`() async throws {
    let stage = try await makeTransparentStage(TransparentStageOptions())
    try addMark(stage)
    try addRoute(stage)
    // By the routes, the server is elsewhere; only marked packets take the way by which answers come.
    try run(stage, "ip route add 198.18.2.2/32 dev toa-client")
    try run(stage, "ip route add 198.18.2.0/24 dev toa-server table 10")
    try run(stage, "ip rule add pref 10 fwmark 0x1/0x1 lookup 10")
    try run(stage, "nft add chain inet t o { type route hook output priority -150 ; }")
    try run(stage, "nft add rule inet t o ip daddr 198.18.2.2 meta mark set 0x1")
    let unchecked = try await stage.connect(.v4, 5000)
    #expect(unchecked.passed && unchecked.reversePathDrops == 0, "\(unchecked)")
    try await stage.set("ipv4/conf/all/rp_filter", "1")
    let result = try await stage.connect(.v4, 600)
    #expect(result.failure == .unanswered(reachedServer: true))
    #expect(result.reversePathDrops > 0, "\(result)")
    try await stage.set("ipv4/conf/all/rp_filter", "2")
    #expect(try await stage.connect(.v4, 5000).passed)
  }

  @Test func `a rule that loses answers is told from one that lets nothing through to the server or to the proxy`()
    async throws
  {
    let stage = try await makeTransparentStage(TransparentStageOptions())
    try run(stage, "nft add table inet t")
    try run(stage, "nft add chain inet t o { type filter hook output priority 0 ; }")
    try run(stage, "nft add rule inet t o tcp dport 8080 drop")
    #expect(try await stage.connect(.v4, 600).failure == .unanswered(reachedServer: false))
    try run(stage, "nft flush ruleset")
    try run(stage, "nft add table inet t")
    try run(stage, "nft add chain inet t p { type filter hook prerouting priority 0 ; }")
    try run(stage, "nft add rule inet t p iifname toa-client drop")
    #expect(try await stage.connect(.v4, 600).failure == .noClient)
  }

  @Test func `a name that is too long or taken is refused with the step`() async throws {
    for name in ["sixteen-bytes-00", "lo", ""] {
      await #expect(throws: SelfTestError.self) {
        try await makeTransparentStage(TransparentStageOptions(interface: name))
      }
    }
    // The proxy's other interface gives way.
    let stage = try await makeTransparentStage(TransparentStageOptions(interface: "toa-client"))
    #expect(try await stage.connect(.v4, 200).failure == .unanswered(reachedServer: true))
  }

  @Test func `twenty stages leave no thread, descriptor, device or namespace`() async {
    await #expect(processExitsWith: .success) {
      _ = try await makeTransparentStage(TransparentStageOptions()).connect(.v4, 50)
      let devices = Process.networkDevices
      let descriptors = Process.descriptors
      for _ in 0..<20 {
        let stage = try await makeTransparentStage(TransparentStageOptions())
        _ = try await stage.connect(.v6, 20)
        #expect(!Process.threadNames.contains("toa-tproxy"))
      }
      #expect(Process.networkDevices == devices)
      #expect(Process.descriptors == descriptors)
      #expect(Process.networkNamespaces.count == 1)
    }
  }

  @Test(.enabled(if: Process.isRoot)) func `without the right to make a namespace the step and errno are named`() async
  {
    await #expect(processExitsWith: .success) {
      #expect(setuid(65534) == 0)
      await #expect(throws: SelfTestError(step: "make a network namespace", errno: EPERM)) {
        try await makeTransparentStage(TransparentStageOptions())
      }
    }
  }
}
