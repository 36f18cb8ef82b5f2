// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import Testing

@testable import ToaKit

/// toa for the running kernel and for one that will boot next.
struct TwoKernelTests {
  static let next = "6.1.0-57-cloud-amd64"
  let host: FakeHost
  let fresh: TreeSnapshot

  init() throws {
    host = try FakeHost()
    let files = host.files
    _ = FakeApt(host).install([FakeApt.headers, "gcc-12", "make"])
    host.write("/lib/modules/\(Self.next)/modules.dep", "")
    host.write("/boot/config-\(Self.next)", try files.text("/boot/config-\(FakeHost.kernel)"))
    for name in ["Makefile", "Module.symvers", "include/generated/autoconf.h", "include/generated/utsrelease.h"] {
      let text = try files.text("/usr/src/\(FakeApt.headers)/\(name)")
      host.write("/lib/modules/\(Self.next)/build/\(name)", text.replacing(FakeHost.kernel, with: Self.next))
    }
    fresh = host.snapshot
  }

  private func installForNext() async -> ToaError? {
    host[\.builtFor] = Self.next
    do throws(ToaError) {
      _ = try await Installer(host.system, host.console).install(InstallRequest(kernel: Self.next, yes: true))
      return nil
    } catch { return error }
  }

  private var packages: [String] { FakeDpkg(host).names(prefix: "toa-modules-") }

  @Test func `uninstall takes both away, whichever was first`() async throws {
    for runningFirst in [true, false] {
      if runningFirst { try await host.install() }
      #expect(await installForNext() == nil)
      host[\.builtFor] = FakeHost.kernel
      if !runningFirst { try await host.install() }
      #expect(
        packages == ["toa-modules-6.1.0-56-cloud-amd64", "toa-modules-6.1.0-57-cloud-amd64", "toa-modules-common"])
      #expect(host.files.isFile("/lib/modules/\(Self.next)/updates/toa.ko"))
      try await host.uninstall()
      #expect(packages == [])
      #expect(host.snapshot.without(FakeHost.volatile).changes(since: fresh.without(FakeHost.volatile)) == [])
    }
  }

  @Test func `a failed installation for the next kernel leaves that for the running one alone`() async throws {
    try await host.install()
    let before = host.snapshot.without(FakeHost.afterFailure + [Journal.folder])
    let count = host.changes.count
    for change in 0..<6 {
      host[\.fault] = .init(change: host.changes.count + change, afterwards: true)
      #expect(await installForNext() != nil, "change \(change)")
      let now = host.snapshot.without(FakeHost.afterFailure + [Journal.folder])
      #expect(now.changes(since: before) == [], "change \(change)")
    }
    #expect(host.changes.count > count + 6)
  }

  @Test func `a kernel that does not run gets nothing loaded and no self-test`() async throws {
    host[\.selfTestPasses] = false
    #expect(await installForNext() == nil)
    #expect(host.modules.state("toa") == .absent)
    #expect(!host.changes.contains { $0.hasPrefix("modprobe") })
    #expect(host.transcript.err.contains("Installed for the next boot."))
  }
}
