// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Testing

@testable import ToaKit

/// `--json`: one document on standard output, whatever happens.
struct JSONTests {
  /// The fields that programs rely on; which are there depends on the document.
  struct Answer: Decodable {
    struct Step: Decodable {
      var title: String
      var commands: [String]
    }
    struct Case: Decodable {
      var name: String
      var passed: Bool
      var expected: String
    }
    struct Report: Decodable { var cases: [Case] }
    var schema: String
    var changed: Bool?
    var dryRun: Bool?
    var kernel: String?
    var steps: [Step]?
    var selfTest: Report?
    var state: String?
    var isLiveCurrent: Bool?
    var autoload: Bool?
    var passed: Bool?
    var cases: [Case]?
    var loaded: Bool?
    var commands: [String]?
    var exitStatus: Int32?
    var what: String?
    var why: String?
    var next: [String]?
  }

  struct Stats: Decodable {
    struct Counters: Decodable { var cpus: [String] }

    var schema: String
    var totals: [String: UInt64]
    var counters: Counters
  }

  struct Table: Decodable {
    var schema: String
    var total: Int
    var connections: [ClientConnection]
  }

  let host: FakeHost

  init() throws { host = try FakeHost() }

  private func answer(_ arguments: String, status: Int32 = 0) async throws -> Answer {
    try await answer(arguments, status: status, as: Answer.self)
  }

  private func answer<Value: Decodable>(
    _ arguments: String, status: Int32 = 0, as type: Value.Type
  ) async throws -> Value {
    let screen = await Screen.of(arguments + " --json", on: host)
    #expect(screen.status == status, "\(arguments)")
    return try #require(jsonValue(type, from: screen.out), "\(screen.out)")
  }

  @Test func `install answers with its steps and the proof`() async throws {
    let plan = try await answer("install --dry-run")
    #expect(plan.schema == "toa.install/1" && plan.dryRun == true && plan.changed == false && plan.selfTest == nil)
    #expect(plan.steps?.last?.commands == ["modprobe toa"])
    let done = try await answer("install -y")
    #expect(done.dryRun == false && done.changed == true && done.kernel == FakeHost.kernel)
    #expect(done.steps?.map(\.title) == plan.steps?.map(\.title))
    #expect(done.selfTest?.cases.map(\.passed) == [true, true])
    let again = try await answer("install -y")
    #expect(again.changed == false && again.steps?.isEmpty == true && again.selfTest?.cases.count == 2)
  }

  @Test func `status, stats and selftest answer with what they saw`() async throws {
    #expect(try await answer("status").state == "notInstalled")
    try await host.install()
    let status = try await answer("status")
    #expect(status.schema == "toa.status/1" && status.state == "working")
    #expect(status.isLiveCurrent == true && status.autoload == true)
    let stats = try await answer("stats", as: Stats.self)
    #expect(stats.schema == "toa.stats/1" && stats.counters.cpus == ["CPU0", "CPU1"])
    #expect(
      stats.totals
        == [
          "syn_recv_sock_toa": 42, "syn_recv_sock_no_toa": 7, "getname_toa_ok": 84, "untrusted": 3, "late_option": 1,
          "deferred_lost": 0, "option_254/8": 40, "option_200/8": 2,
        ])
    let test = try await answer("selftest")
    #expect(test.schema == "toa.selftest/1" && test.passed == true)
    #expect(test.cases?.map(\.expected) == ["198.51.100.7:4242", "10.0.0.2:40000"])
    host[\.selfTestPasses] = false
    let failed = try await answer("selftest", status: 15)
    #expect(failed.passed == false && failed.cases?.map(\.passed) == [false, true])
  }

  @Test func `table answers with the connections that were asked for, and how many there are`() async throws {
    try await host.install()
    let first = ClientConnection(
      client: "203.0.113.7:5555", balancer: "10.0.0.2:40001", local: "10.0.0.1:443", option: "254/8",
      netns: 4_026_531_840)
    let second = ClientConnection(
      client: "198.51.100.9:61000", balancer: "[fd00::2]:40002", local: "[fd00::1]:443", option: "200/8",
      netns: 4_026_532_281)
    let all = try await answer("table", as: Table.self)
    #expect(all.schema == "toa.table/1" && all.total == 2 && all.connections == [first, second])
    let some = try await answer("table --limit 1", as: Table.self)
    #expect(some.total == 2 && some.connections == [first])
    #expect(try await answer("table --limit 0", as: Table.self).connections.isEmpty)
  }

  @Test func `debug answers with how many call sites are on`() async throws {
    struct Debug: Decodable {
      var schema: String
      var on: Bool
      var changed: Bool
      var sitesOn: Int
      var sites: Int
    }
    try await host.install()
    let off = try await answer("debug status", as: Debug.self)
    #expect(off.schema == "toa.debug/1" && !off.on && !off.changed && off.sitesOn == 0 && off.sites == 2)
    #expect(await Screen.of("status --json", on: host).out.contains("\"debug\" : false"))
    host.write("/proc/dynamic_debug/control", FakeHost.callSites("=p"))
    let on = try await answer("debug on", as: Debug.self)
    #expect(on.on && !on.changed && on.sitesOn == 2)
  }

  @Test func `the backend is named, and is null where there is none`() async throws {
    #expect(await Screen.of("status --json", on: host).out.contains("\"backend\" : null"))
    for (backend, other) in [("ebpf", "module"), ("module", "ebpf")] {
      let installed = await Screen.of("install -y --json --backend \(backend)", on: host)
      #expect(installed.out.contains("\"backend\" : \"\(backend)\""))
      for verb in ["status", "stats", "load", "table"] where verb != "table" || backend == "ebpf" {
        let screen = await Screen.of(verb + " --json", on: host)
        #expect(screen.status == 0 && screen.out.contains("\"backend\" : \"\(backend)\""), "\(verb)")
        #expect(!screen.out.contains("\"\(other)\" :") || other == "module", "\(verb)")
      }
      #expect(await Screen.of("uninstall -y --json", on: host).status == 0)
    }
  }

  @Test func `load, unload and uninstall answer with what they changed`() async throws {
    try await host.install()
    let loaded = try await answer("load")
    #expect(loaded.schema == "toa.load/1" && loaded.loaded == true && loaded.changed == false)
    let unloaded = try await answer("unload")
    #expect(unloaded.loaded == false && unloaded.changed == true)
    let planned = try await answer("uninstall --dry-run")
    #expect(planned.schema == "toa.uninstall/1" && planned.dryRun == true && planned.changed == false)
    let done = try await answer("uninstall -y")
    #expect(done.changed == true && done.commands == planned.commands)
    #expect(try await answer("uninstall -y").commands == [])
  }

  @Test(
    arguments: [
      ("isntall", 64), ("install --nope", 64), ("install -y --trust garbage", 64), ("stats", 77), ("table", 77),
      ("debug on", 77), ("debug status", 77),
      ("load", 14),
      ("install", 2), ("install -y --kernel 9.9.9", 21), ("load --hook magic", 64),
    ] as [(String, Int32)])
  func `an error is a document, too, and its exitStatus the command's`(arguments: String, status: Int32) async throws {
    let error = try await answer(arguments, status: status)
    #expect(error.schema == "toa.error/1")
    #expect(error.exitStatus == status)
    #expect(error.what?.isEmpty == false)
    #expect(error.next?.isEmpty == false)
  }
}
