// SPDX-License-Identifier: Apache-2.0
import Bpf
import Dispatch
import SelfTest
import Testing
import Wire

/// The self-test's connections through the real programs.
extension GenerationTests {
  private static func report(_ stage: Stage, _ options: SelfTestOptions = SelfTestOptions()) throws -> SelfTestReport {
    nonisolated(unsafe) var outcome: Result<SelfTestReport, any Error>?
    try stage.inside {
      let done = DispatchSemaphore(value: 0)
      Task {
        do { outcome = .success(try await runSelfTest(options)) } catch { outcome = .failure(error) }
        done.signal()
      }
      done.wait()
    }
    return try #require(try outcome?.get())
  }

  @Test func `applications see the client, and only there`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      let before = try Self.report(stage)
      #expect(before.cases.filter(\.isPositive).allSatisfy { $0.failed })
      _ = try library.load(BpfSettings(cgroup: stage.cgroup))
      let report = try Self.report(stage)
      for one in report.cases {
        #expect(
          one.passed, "\(one.name): expected \(one.expected), accept \(one.accepted), getpeername \(one.peerName)")
      }
      let counters = try #require(try library.counters())
      func total(_ name: String) -> UInt64 { counters.first { $0.name == name }?.perCPU.reduce(0, +) ?? .max }
      let cases = UInt64(report.cases.count)
      let positive = UInt64(report.cases.filter(\.isPositive).count)
      #expect(total("syn_recv_sock_toa") == positive)
      #expect(total("syn_recv_sock_no_toa") == cases - positive)
      #expect(total("getname_toa_ok") == positive * 2)
      #expect(total("untrusted") == 2)
      #expect(total("malformed") == 3)
      #expect(total("entry_alloc") == positive)
      #expect(total("entry_free") == positive)
    }
  }

  @Test func `nothing is believed any more after a list without the source took over`() throws {
    try Stage.run { stage in
      let library = Self.library(stage)
      _ = try library.load(BpfSettings(cgroup: stage.cgroup))
      _ = try library.load(BpfSettings(trusted: .nobody, cgroup: stage.cgroup))
      let report = try Self.report(stage)
      #expect(report.cases.filter(\.isPositive).allSatisfy { $0.failed })
    }
  }
}
