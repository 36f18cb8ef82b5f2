// SPDX-License-Identifier: Apache-2.0
import Glibc
import SelfTest
import Testing
import Wire

/// These run for real: they need root and the TUN driver, and fail without.
@Suite(.serialized) struct RunSelfTestTests {
  /// Generous, as other builds may run on the same machine.
  private static let patient = SelfTestOptions(caseMilliseconds: 5000)

  @Test func `negative controls pass on any kernel`() async throws {
    let report = try await runSelfTest(Self.patient)
    #expect(report.cases.map(\.name) == Self.patient.caseNames)
    for result in report.cases where !result.isPositive && result.skipped == nil {
      #expect(result.passed, "\(result)")
    }
    #expect(report.cases.filter(\.passed).count >= 7)
  }

  @Test func `a case that needs TOA names the client, or honestly the load balancer`() async throws {
    let report = try await runSelfTest(Self.patient)
    for result in report.cases where result.isPositive && result.skipped == nil {
      #expect(result.failure == nil, "\(result)")
      #expect(result.accepted == result.peerName)
      let isMapped = result.name.hasPrefix("dual")
      #expect(result.expected == (isMapped ? "[::ffff:192.0.2.77]:34567" : "192.0.2.77:34567"))
      let balancer = isMapped ? "[::ffff:10.9.0.2]:" : "10.9.0.2:"
      #expect(result.passed ? result.accepted == result.expected : result.accepted.hasPrefix(balancer), "\(result)")
    }
  }

  /// The stage, the balancer and the listener do what each behaviour needs, whoever reads the options.
  @Test func `the cases of every behaviour and socket call run to the end`() async throws {
    var options = Self.patient
    options.abilities = Abilities(
      options: Profile.standard.options, socketCalls: [.nat64Peer, .ttmPeer], behaviours: [.deferred, .late, .syn])
    options.isWhole = true
    let report = try await runSelfTest(options)
    for result in report.cases where !["v4-last-of-three", "v4-last-of-four"].contains(result.name) {
      #expect(result.skipped == nil, "\(result)")
      #expect(result.limit == nil)
      #expect(result.failure == nil || result.bySocketOption != nil, "\(result)")
      #expect(result.isPositive || result.passed, "\(result)")
    }
  }

  @Test func `only the named cases run`() async throws {
    var options = Self.patient
    options.only = ["dual-no-option", "v4-no-option", "no such case"]
    let report = try await runSelfTest(options)
    #expect(report.cases.map(\.name) == ["v4-no-option", "dual-no-option"])
    #expect(report.passed)
  }

  @Test func `a list that trusts everybody leaves no untrusted source`() async throws {
    var options = Self.patient
    options.trusted = .any
    options.only = ["v4-untrusted", "dual-untrusted", "v4-no-option"]
    let report = try await runSelfTest(options)
    #expect(report.cases.filter { $0.skipped == "every source is trusted" }.count == 2)
    #expect(report.cases.filter(\.failed).isEmpty)
  }

  @Test func `the balancer moves into the trusted prefixes`() async throws {
    var options = Self.patient
    options.trusted = try TrustList(parsing: "198.51.100.0/24")
    options.only = ["v4-no-option", "v4-untrusted"]
    let report = try await runSelfTest(options)
    #expect(report.cases.first?.accepted.hasPrefix("198.51.100.1:") == true)
    #expect(report.cases.last?.accepted.hasPrefix("203.0.113.2:") == true)
  }

  @Test func `cases that get no time fail and say what they waited for`() async throws {
    let report = try await runSelfTest(SelfTestOptions(only: ["v4-no-option"], caseMilliseconds: 0))
    let result = try #require(report.cases.first)
    #expect(result.failed)
    #expect(result.failure == "no SYN/ACK within the time of the case")
    #expect(!report.passed)
  }

  @Test func `thirty runs leave no thread, descriptor, device or namespace`() async {
    // In a process of its own, where nothing else opens or starts anything.
    await #expect(processExitsWith: .success) {
      _ = try await runSelfTest(SelfTestOptions())
      let devices = Process.networkDevices
      let descriptors = Process.descriptors
      let namespaces = Process.networkNamespaces
      #expect(namespaces.count == 1)
      for _ in 0..<30 {
        _ = try await runSelfTest(SelfTestOptions())
        #expect(!Process.threadNames.contains("toa-selftest"))
      }
      #expect(Process.networkDevices == devices)
      #expect(Process.descriptors == descriptors)
      #expect(Process.networkNamespaces == namespaces)
    }
  }

  @Test func `four runs at the same time do not disturb each other`() async throws {
    let options = Self.patient
    try await withThrowingTaskGroup(of: SelfTestReport.self) { group in
      for _ in 0..<4 { group.addTask { try await runSelfTest(options) } }
      for try await report in group {
        #expect(!report.cases.contains { $0.failed && !$0.isPositive })
      }
    }
  }

  @Test(.enabled(if: Process.isRoot)) func `without the right to make a namespace the step and errno are named`() async
  {
    await #expect(processExitsWith: .success) {
      #expect(setuid(65534) == 0)
      await #expect(throws: SelfTestError(step: "make a network namespace", errno: EPERM)) {
        try await runSelfTest(SelfTestOptions())
      }
    }
  }
}
