// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import SelfTest
import Testing

@testable import ToaKit

/// Installations in which DKMS builds, and changes from it to the hooks and back.
struct DkmsInstallTests {
  let host: FakeHost
  let fresh: TreeSnapshot

  init() throws {
    host = try FakeHost()
    host.write("/usr/sbin/dkms", "dkms")
    fresh = host.snapshot
  }

  @discardableResult
  private func install(_ updates: KernelUpdates? = nil, on host: FakeHost? = nil) async throws -> InstallDocument {
    let host = host ?? self.host
    return try await Installer(host.system, host.console).install(
      InstallRequest(backend: .module, kernelUpdates: updates, yes: true))
  }

  private func packages(_ host: FakeHost? = nil) -> [String] {
    FakeDpkg(host ?? self.host).names(prefix: "toa-").filter { !$0.hasPrefix("toa-modules-common") }
  }

  /// What is compared after a failure.
  private func rest(_ snapshot: TreeSnapshot) -> TreeSnapshot {
    var rest = snapshot.without(FakeHost.afterFailure + [Journal.folder + "/build", PackageBuild.folder])
    rest.nodes[Journal.folder] = nil
    // A package that went and came back stands last.
    let stanzas = FakeDpkg.stanzas(rest.text("/var/lib/dpkg/status") ?? "").sorted()
    rest.nodes["/var/lib/dpkg/status"] = .file(mode: 0o644, bytes: Array(FakeDpkg.text(stanzas).utf8))
    return rest
  }

  @Test func `where DKMS is installed, it builds, and no hooks are`() async throws {
    let document = try await install()
    #expect(
      document.steps.map(\.title) == [
        "install linux-headers-6.1.0-56-cloud-amd64, gcc-12, make", "package as toa-modules-common",
        "package as toa-dkms", "install toa-modules-common and toa-dkms",
        "have DKMS build toa.ko for 6.1.0-56-cloud-amd64", "load toa",
      ])
    #expect(packages() == ["toa-dkms"])
    #expect(host.modules.state("toa") == .live && document.selfTest?.passed == true)
    let count = host.changes.count
    #expect(try await !install().changed)
    #expect(host.changes.count == count)
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: fresh.without(FakeHost.volatile)) == [])
  }

  @Test func `a build that DKMS fails at takes everything back`() async throws {
    host[\.answers] = ["dkms install": CommandResult(status: 10, output: "Error! Bad return status for module build\n")]
    let error = await #expect(throws: ToaError.self) { try await install() }
    #expect(error?.status == .buildFailed && error?.why.contains("Bad return status") == true)
    #expect(rest(host.snapshot).changes(since: rest(fresh)) == [])
  }

  @Test func `hooks and DKMS take turns, and never both are there`() async throws {
    try await install(.hooks)
    #expect(packages() == ["toa-kernel-hooks", "toa-modules-\(FakeHost.kernel)"])
    try await install(.dkms)
    #expect(packages() == ["toa-dkms"])
    #expect(!host.files.exists(FakeHost.modulePath))
    try await install(.hooks)
    #expect(packages() == ["toa-kernel-hooks", "toa-modules-\(FakeHost.kernel)"])
    #expect(host.files.isFile(FakeHost.modulePath) && !host.files.exists(Dkms.tree))
    try await install(KernelUpdates.none)
    #expect(packages() == ["toa-modules-\(FakeHost.kernel)"])
    // What was chosen stays chosen.
    #expect(try await !install().changed)
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: fresh.without(FakeHost.volatile)) == [])
  }

  @Test func `a change from hooks to DKMS that fails anywhere leaves the hooks`() async throws {
    try await install(.hooks)
    let installed = host.snapshot
    let model = try FakeHost(installed)
    try await install(.dkms, on: model)
    #expect(model.changes.count > 6)
    for change in model.changes.indices {
      let place: Comment = "\(model.changes[change])"
      let next = try FakeHost(installed)
      next[\.fault] = .init(change: change, afterwards: true)
      await #expect(throws: ToaError.self, place) { try await install(.dkms, on: next) }
      #expect(rest(next.snapshot).changes(since: rest(installed)) == [], place)
      next[\.fault] = nil
      try await install(.dkms, on: next)
      #expect(packages(next) == ["toa-dkms"], place)
    }
  }
}
