// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import SelfTest
import Testing

@testable import ToaKit

struct InstallTests {
  let host: FakeHost

  init() throws { host = try FakeHost() }

  @Test func `a fresh Debian 12 gets headers, compiler, module, packages and a proof`() async throws {
    let document = try await host.install()
    #expect(document.changed)
    #expect(document.selfTest?.passed == true)
    #expect(
      document.steps.map(\.title) == [
        "install linux-headers-6.1.0-56-cloud-amd64, gcc-12, make",
        "build toa.ko for 6.1.0-56-cloud-amd64 with gcc-12",
        "strip toa.ko",
        "package as toa-modules-common and toa-modules-6.1.0-56-cloud-amd64",
        "package as toa-kernel-hooks, for kernels to come",
        "install toa-modules-common, toa-modules-6.1.0-56-cloud-amd64 and toa-kernel-hooks",
        "let apt remove toa-modules-6.1.0-56-cloud-amd64 with its kernel",
        "load toa",
      ])
    #expect(host.modules.state("toa") == .live)
    #expect(host.files.line("/usr/lib/modules-load.d/toa.conf") == "# Written by toa.\ntoa")
    #expect(host.files.isFile(FakeHost.modulePath))
    let dpkg = FakeDpkg(host)
    for name in ["toa-modules-common", "toa-modules-\(FakeHost.kernel)", "gcc-12", "make", FakeApt.headers] {
      #expect(dpkg.state(name) == "installed", "\(name)")
    }
    #expect(dpkg.field("Toa-Source-Sha256", of: "toa-modules-\(FakeHost.kernel)") == String(repeating: "a", count: 64))
    #expect(dpkg.field("Toa-Compiler", of: "toa-modules-\(FakeHost.kernel)") == "gcc-12")
  }

  @Test func `a second run changes no byte, not even of the journal, and proves again`() async throws {
    try await host.install()
    let before = host.snapshot
    let count = host.changes.count
    let document = try await host.install()
    #expect(!document.changed)
    #expect(document.steps.isEmpty)
    #expect(document.selfTest?.passed == true)
    #expect(host.changes.count == count)
    #expect(host.snapshot.changes(since: before) == [])
  }

  @Test func `a second run starts one program, where each would take longer than all the rest`() async throws {
    // A host that follows no meta-package of its kernel, so that apt is not asked for the headers' one either.
    FakeDpkg(host).set("linux-image-cloud-amd64", nil)
    try await host.install()
    let count = host.programs.count
    try await host.install()
    #expect(host.programs.dropFirst(count) == ["sha256sum -"])
  }

  @Test func `uninstall gives back the very tree`() async throws {
    try await host.install(trust: "203.0.113.0/24")
    #expect(host.files.exists("/lib/modprobe.d/toa.conf"))
    let document = try await host.uninstall()
    #expect(document.changed)
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [])
    #expect(try await !host.uninstall().changed)
  }

  @Test func `a dry run touches nothing, and the run then makes exactly its steps`() async throws {
    let planned = try await host.install(dryRun: true)
    #expect(planned.dryRun && !planned.changed)
    #expect(host.changes == [])
    #expect(host.snapshot.changes(since: FakeHost.fresh) == [])
    let done = try await host.install()
    #expect(planned.steps.map(\.commands) == done.steps.map(\.commands))
    let typed = Set(done.steps.flatMap(\.commands))
    for change in host.changes where !change.hasPrefix("chmod ") && !change.hasPrefix("dpkg-deb ") {
      #expect(typed.contains(change), "\(change) was not in the plan")
    }
  }

  @Test func `the module is compressed as the kernel's own are, and found again`() async throws {
    let index = "/lib/modules/\(FakeHost.kernel)/modules.dep"
    host.write(index, "kernel/net/dummy.ko.xz:\n")
    host.write("/usr/bin/xz", "")
    let document = try await host.install()
    #expect(document.steps.map(\.title).contains("strip and compress toa.ko with xz, as the kernel's own modules are"))
    #expect(host.files.isFile(FakeHost.modulePath + ".xz") && !host.files.isFile(FakeHost.modulePath))
    #expect(try await host.install().steps.isEmpty)
    try await host.uninstall()
    #expect(host.files.line(index) == "kernel/net/dummy.ko.xz:")
  }

  @Test func `without the kernel's compressor the module is left as it is`() async throws {
    host.write("/lib/modules/\(FakeHost.kernel)/modules.dep", "kernel/net/dummy.ko.xz:\n")
    try await host.install()
    #expect(host.files.isFile(FakeHost.modulePath))
  }

  @Test func `a module that depmod does not list is no success`() async throws {
    host[\.depmodWorks] = false
    let before = host.snapshot.without(FakeHost.volatile)
    await #expect {
      try await host.install()
    } throws: { error in
      (error as? ToaError)?.what == "modprobe would not find \(FakeHost.modulePath)"
    }
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before) == [])
  }

  @Test func `without package lists they are refreshed first`() async throws {
    host.remove("/var/lib/apt/lists/mirror_dists_bookworm_main_binary-amd64_Packages")
    host.write("/etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main\n")
    let document = try await host.install()
    #expect(document.steps.first?.title == "refresh the package lists")
    #expect(host.changes.first == "apt-get update")
    #expect(host.modules.state("toa") == .live)
  }

  @Test func `a module that is installed and not loaded is only loaded`() async throws {
    try await host.install()
    try host.modules.remove("toa")
    let document = try await host.install()
    #expect(document.steps.map(\.title) == ["load toa"])
    #expect(host.modules.state("toa") == .live)
  }

  @Test func `packages that were there before stay after uninstall`() async throws {
    _ = FakeApt(host).install(["make"])
    let before = host.snapshot
    try await host.install()
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before.without(FakeHost.volatile)) == [])
    #expect(FakeDpkg(host).state("make") == "installed")
  }

  @Test func `uninstall keeps packages that something else depends on by now`() async throws {
    try await host.install()
    FakeDpkg(host).unpack("build-essential", "Version: 12\nDepends: gcc-12, make\n", ["/usr/share/x": "x"])
    try await host.uninstall()
    let dpkg = FakeDpkg(host)
    #expect(dpkg.state("build-essential") == "installed")
    #expect(dpkg.state("gcc-12") == "installed")
    #expect(dpkg.state("toa-modules-common") == nil)
    #expect(host.modules.state("toa") == .absent)
    #expect(host.transcript.err.contains("build-essential depends on them"))
    #expect(!host.files.exists(Journal.folder))
  }

  @Test func `debs that the journal does not know are removed, too`() async throws {
    try await host.install()
    host.remove(Journal.path)
    try await host.uninstall()
    #expect(FakeDpkg(host).state("toa-modules-\(FakeHost.kernel)") == nil)
    #expect(FakeDpkg(host).state("toa-modules-common") == nil)
    #expect(host.modules.state("toa") == .absent)
  }
}
