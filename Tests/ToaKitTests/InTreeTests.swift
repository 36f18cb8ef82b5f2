// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Testing

@testable import ToaKit

/// A kernel that ships a toa of its own, as Tencent's do.
struct InTreeTests {
  private static let path = "/lib/modules/\(FakeHost.kernel)/kernel/net/toa/toa.ko"
  let host: FakeHost

  init() throws {
    host = try FakeHost()
    host.write(
      Self.path,
      "vermagic=\(FakeHost.kernel) SMP mod_unload \nversion=2.0.0\nsrcversion=other\nparm=debug:talk more (int)\n")
    host.write("/lib/modules/\(FakeHost.kernel)/modules.dep", "kernel/net/toa/toa.ko:\n")
  }

  private func install(_ useInTree: Bool?, trust: String? = nil, dryRun: Bool = false) async throws(ToaError)
    -> InstallDocument
  {
    try await Installer(host.system, host.console).install(
      InstallRequest(trust: trust, useInTree: useInTree, dryRun: dryRun, yes: true))
  }

  @Test func `it is loaded now and at boot, and nothing is built`() async throws {
    let before = host.snapshot
    let document = try await install(true)
    #expect(
      document.steps.map(\.title) == ["package as toa-modules-common", "install toa-modules-common", "load toa"])
    #expect(document.selfTest?.passed == true)
    #expect(host.files.line("/sys/module/toa/version") == "2.0.0")
    #expect(host.files.line("/usr/lib/modules-load.d/toa.conf") == "# Written by toa.\ntoa")
    #expect(!host.files.exists(FakeHost.modulePath))
    #expect(host.transcript.err.contains("v4-option-254"))
    #expect(host.transcript.err.contains("\(Self.path), the kernel's own"))
    let count = host.changes.count
    #expect(try await !install(true).changed)
    #expect(host.changes.count == count)
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before) == [])
  }

  @Test func `a setting that it has no parameter for is refused with those that it has`() async throws {
    await #expect(
      throws: ToaError(
        .usage, "the kernel's own toa cannot be told --trust",
        why: "\(Self.path) has no parameter `trusted`; it has debug",
        next: ["leave --trust out", "or use this project's module: toa install --no-use-intree --trust …"])
    ) { try await install(true, trust: "203.0.113.0/24") }
    #expect(host.changes == [])
  }

  @Test func `ours is put before it where that was asked for`() async throws {
    let document = try await install(false)
    #expect(document.steps.map(\.title).last == "load toa")
    #expect(host.files.isFile(FakeHost.modulePath))
    #expect(host.files.exists("/sys/module/toa/parameters/trusted"))
  }

  @Test func `one that gives no client is taken out again`() async throws {
    let before = host.snapshot
    host[\.selfTestPasses] = false
    do throws(ToaError) {
      _ = try await install(true)
      Issue.record("it was taken")
    } catch {
      #expect(error.status == .selfTestFailed)
      #expect(error.what == "the kernel's own toa is at work, but applications do not see the client")
      #expect(error.next == ["use this project's module: toa install --no-use-intree"])
    }
    #expect(host.snapshot.without(FakeHost.afterFailure).changes(since: before) == [])
  }

  @Test func `one that is built in is only shown what it can do`() async throws {
    host.remove(Self.path)
    host.write("/lib/modules/\(FakeHost.kernel)/modules.dep", "")
    host.write("/lib/modules/\(FakeHost.kernel)/modules.builtin", "kernel/net/toa/toa.ko\n")
    host.write("/sys/module/toa/version", "2.0.0\n")
    let document = try await install(true)
    #expect(document.steps.isEmpty)
    #expect(document.selfTest?.passed == true)
    #expect(host.transcript.err.contains("it is part of the kernel"))
    #expect(host.changes == [])
  }

  @Test func `a kernel without one says so`() async throws {
    host.write("/lib/modules/\(FakeHost.kernel)/modules.dep", "")
    await #expect(
      throws: ToaError(
        .notApplicable, "kernel \(FakeHost.kernel) has no toa module of its own",
        why: "neither modules.dep nor modules.builtin in /lib/modules/\(FakeHost.kernel) has one",
        next: ["toa install --backend module"])
    ) { try await install(true) }
  }
}
