// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import Testing

@testable import ToaKit

/// Every change of an installation failing in turn, before and after it did its work.
struct RollbackTests {
  /// What is compared: everything but the lock, the journal and the log; toa's own folders may stay empty.
  private func rest(_ snapshot: TreeSnapshot) -> TreeSnapshot {
    // An upgrade builds where the first installation did, so nothing can bring that folder back.
    var rest = snapshot.without(FakeHost.afterFailure + [Journal.folder + "/build"])
    for folder in [Journal.folder, PackageBuild.folder] { rest.nodes[folder] = nil }
    return rest
  }

  @Test func `any change that fails leaves the host as it was, and the next run succeeds`() async throws {
    let model = try FakeHost()
    try await model.install()
    try #require(model.changes.count == 12)
    for change in model.changes.indices {
      for afterwards in [false, true] {
        let place: Comment = "\(model.changes[change]) failed \(afterwards ? "at its end" : "at its start")"
        let host = try FakeHost()
        host[\.fault] = .init(change: change, afterwards: afterwards)
        let error = await host.failure()
        #expect(error != nil, place)
        #expect(rest(host.snapshot).changes(since: rest(FakeHost.fresh)) == [], place)
        #expect(Journal(host.files).entries().allSatisfy { $0.standing.isEmpty && !$0.isCommitted }, place)
        host[\.fault] = nil
        #expect(await host.failure() == nil, place)
        #expect(host.modules.state("toa") == .live, place)
      }
    }
  }

  @Test func `a failed step of an upgrade brings the old module and its debs back`() async throws {
    let old = try FakeHost()
    try await old.install()
    let installed = old.snapshot
    let model = try FakeHost(installed)
    model[\.source] = "b"
    try await model.install()
    #expect(model.files.line("/sys/module/toa/srcversion") == "b")
    for change in model.changes.indices {
      for afterwards in [false, true] {
        let place: Comment = "\(model.changes[change]) failed \(afterwards ? "at its end" : "at its start")"
        let host = try FakeHost(installed)
        host[\.source] = "b"
        host[\.fault] = .init(change: change, afterwards: afterwards)
        #expect(await host.failure() != nil, place)
        #expect(rest(host.snapshot).changes(since: rest(installed)) == [], place)
        host[\.fault] = nil
        host[\.source] = "a"
        #expect(try await !host.install().changed, place)
      }
    }
  }

  @Test func `a self-test that fails undoes the installation and says what was seen`() async throws {
    let host = try FakeHost()
    host[\.selfTestPasses] = false
    let error = try #require(await host.failure())
    #expect(error.status == .selfTestFailed)
    #expect(
      error.why == "v4-option-254: expected 198.51.100.7:4242, accept gave 10.0.0.2:40000, getpeername 10.0.0.2:40000")
    #expect(rest(host.snapshot).changes(since: rest(FakeHost.fresh)) == [])
  }

  @Test func `--keep-on-failure keeps what the self-test did not prove, and uninstall still knows it`() async throws {
    let host = try FakeHost()
    host[\.selfTestPasses] = false
    #expect(await host.failure(keepOnFailure: true)?.status == .selfTestFailed)
    #expect(host.modules.state("toa") == .live)
    #expect(FakeDpkg(host).state("toa-modules-\(FakeHost.kernel)") == "installed")
    #expect(Journal(host.files).entries().map(\.isCommitted) == [true])
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [])
  }

  @Test func `Ctrl-C before any step undoes what was done so far`() async throws {
    for number in 1...8 {
      let host = try FakeHost()
      host[\.watch] = { place in
        if place.hasPrefix("said [\(number)/8]") { withUnsafeCurrentTask { $0?.cancel() } }
      }
      let error = await Task { await host.failure() }.value
      // The step that was announced is the last one that is taken.
      #expect(error?.what == "interrupted", "at step \(number)")
      #expect(error?.status == .unexpected, "at step \(number)")
      #expect(rest(host.snapshot).changes(since: rest(FakeHost.fresh)) == [], "at step \(number)")
    }
  }
}
