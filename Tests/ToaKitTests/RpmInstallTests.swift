// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import SelfTest
import Testing

@testable import ToaKit

/// `toa install` and `uninstall` on a host with rpm and dnf.
struct RpmInstallTests {
  private static let package = "kmod-toa-\(FakeHost.kernel)"

  private func host() throws -> FakeHost { try FakeHost(FakeRpm.fresh) }

  /// The hooks carry the running program, and DKMS is not there: the plans below are about one kernel.
  private func install(_ host: FakeHost) async throws(ToaError) -> InstallDocument {
    try await Installer(host.system, host.console).install(
      InstallRequest(backend: .module, kernelUpdates: KernelUpdates.none, yes: true))
  }

  @Test func `a fresh Rocky 9 gets headers of its kernel's package, a collection's compiler, rpmbuild and the module`()
    async throws
  {
    let host = try host()
    let document = try await install(host)
    #expect(document.selfTest?.passed == true)
    #expect(
      document.steps.map(\.title).prefix(2) == [
        "install \(FakeRpm.headers), gcc-toolset-12-gcc, make, rpm-build",
        "build toa.ko for \(FakeHost.kernel) with gcc-12",
      ])
    #expect(
      host.changes.contains(
        "make -C /lib/modules/\(FakeHost.kernel)/build M=/var/lib/toa/build/\(FakeHost.kernel) "
          + "CC=/opt/rh/gcc-toolset-12/root/usr/bin/gcc modules"))
    let rpm = FakeRpm(host)
    for name in ["kernel-devel", "elfutils-libelf", "gcc-toolset-12-gcc", "toa-modules-common", Self.package] {
      #expect(rpm[name] != nil, "\(name)")
    }
    #expect(host.modules.state("toa") == .live)
    let count = host.changes.count
    #expect(try await !install(host).changed)
    #expect(host.changes.count == count)
  }

  @Test func `uninstall gives back the very tree`() async throws {
    let host = try host()
    _ = try await install(host)
    try await host.uninstall()
    #expect(
      host.snapshot.without(FakeHost.volatile).changes(since: FakeRpm.fresh.without(FakeHost.volatile)) == [])
  }

  @Test func `uninstall keeps the packages that something else needs by now, and takes the others away`() async throws {
    let host = try host()
    _ = try await install(host)
    host.write("\(FakeRpm.folder)/other", "other\u{3}1-1\u{3}x86_64\u{3}make\u{3}x")
    try await host.uninstall()
    let rpm = FakeRpm(host)
    #expect(rpm["make"] != nil)
    for name in ["kernel-devel", "gcc-toolset-12-gcc", "rpm-build", "toa-modules-common"] {
      #expect(rpm[name] == nil, "\(name)")
    }
    #expect(host.transcript.err.contains("kept make-4.3-7.el9.x86_64: "))
    #expect(host.transcript.err.contains("other-1-1.x86_64 depends on them"))
  }

  @Test func `headers that no repository has any more end with 21 and dnf's words`() async throws {
    let host = try host()
    host[\.answers]["dnf install --assumeno"] = CommandResult(
      status: 1, errorOutput: "Error: Unable to find a match: \(FakeRpm.headers)\n")
    await #expect(
      throws: ToaError(
        .headersMissing, "no headers of kernel \(FakeHost.kernel)",
        why: "/lib/modules/\(FakeHost.kernel)/build is not there\n"
          + "dnf says: Error: Unable to find a match: \(FakeRpm.headers)", next: ["dnf install \(FakeRpm.headers)"])
    ) { try await install(host) }
    #expect(host.changes == [])
  }

  @Test func `a package manager at work ends with 75`() async throws {
    let host = try host()
    host[\.answers]["dnf install --assumeno"] = CommandResult(
      status: 1, output: "Waiting for process with pid 4567 to finish.\n")
    await #expect(throws: CommonPreflight.locked) { try await install(host) }
    #expect(host.changes == [])
  }

  @Test func `after a kill anywhere in an installation the next one works, and uninstall gives back the very tree`()
    async throws
  {
    let worlds = try await KillTests.worlds(of: try host()) { _ = try await install($0) }
    #expect(worlds.count > 30)
    for world in worlds {
      let next = try FakeHost(world.tree)
      await #expect(throws: Never.self, "\(world.place)") { try await install(next) }
      #expect(next.modules.state("toa") == .live, "\(world.place)")
      let left = try FakeHost(world.tree)
      await #expect(throws: Never.self, "\(world.place)") { try await left.uninstall() }
      // What a killed dnf unpacked and did not note, the next installation takes over; rpm itself knows nothing of it.
      let unpacked = world.place.hasSuffix("unpacked, not noted")
      let changes = left.snapshot.without(FakeHost.volatile).changes(since: FakeRpm.fresh.without(FakeHost.volatile))
      #expect(changes == [] || unpacked, "\(world.place)")
    }
  }
}
