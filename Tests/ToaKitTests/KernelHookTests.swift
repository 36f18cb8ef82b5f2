// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing

@testable import ToaKit

/// What the hooks of a kernel's installation and removal do, on a host whose running kernel has a module already.
struct KernelHookTests {
  static let next = "6.1.0-57-cloud-amd64"
  static let module = "/lib/modules/\(next)/updates/toa.ko"
  let host: FakeHost

  /// A host with toa for the running kernel, onto which a new kernel has been unpacked.
  init() throws {
    host = try FakeHost()
    _ = FakeApt(host).install([FakeApt.headers, "gcc-12", "make"])
    host[\.builtFor] = Self.next
    host.write("/lib/modules/\(Self.next)/modules.dep", "")
    host.write("/lib/modules/\(Self.next)/modules.order", "")
    host.write("/boot/vmlinuz-\(Self.next)", "")
    host.write("/boot/config-\(Self.next)", try host.files.text("/boot/config-\(FakeHost.kernel)"))
  }

  private func addHeaders() throws {
    for name in ["Makefile", "Module.symvers", "include/generated/autoconf.h", "include/generated/utsrelease.h"] {
      let text = try host.files.text("/usr/src/\(FakeApt.headers)/\(name)")
      host.write("/lib/modules/\(Self.next)/build/\(name)", text.replacing(FakeHost.kernel, with: Self.next))
    }
  }

  private var hook: KernelHook { KernelHook(host.system, host.console) }
  private var record: KernelRecord? { KernelRecord.read(Self.next, in: host.files) }
  private var isListed: Bool { Depmod.lists(Self.module, Self.next, host.system) }

  @Test func `with headers, the kernel has its module and a record of it before it boots`() async throws {
    try addHeaders()
    #expect(try await hook.added(Self.next).outcome == .built)
    #expect(host.files.isFile(Self.module) && isListed)
    let module = try #require(record?.module)
    #expect(record?.state == .ready)
    #expect(module.file == Self.module && module.sourceSha256 == String(repeating: "a", count: 64))
    #expect(host.files.list(KernelRecord.folder) == ["\(Self.next).json"])
    #expect(host.files.isFile(ModuleBuild.logPath(Self.next)))
    #expect(!host.changes.contains { $0.hasPrefix("apt-get") || $0.hasPrefix("dpkg") || $0.hasPrefix("modprobe") })
  }

  @Test func `headers that are still to come are waited for, and their hook builds`() async throws {
    #expect(try await hook.added(Self.next).outcome == .waiting)
    #expect(record?.state == .waiting)
    #expect(host.transcript.err.contains("its headers are not installed"))
    #expect(host.changes == [])
    host.write("/lib/modules/\(Self.next)/build/Makefile", "# half unpacked\n")
    #expect(try await hook.added(Self.next).outcome == .waiting)
    try addHeaders()
    #expect(try await hook.added(Self.next).outcome == .built)
    #expect(record?.state == .ready && record?.why == "" && record?.next == [])
  }

  @Test func `a second call changes nothing; other headers or another source build anew`() async throws {
    try addHeaders()
    _ = try await hook.added(Self.next)
    let before = host.snapshot
    #expect(try await hook.added(Self.next).outcome == .current)
    #expect(host.snapshot.changes(since: before) == [])
    host.write("/lib/modules/\(Self.next)/build/Module.symvers", "0x2 sym vmlinux EXPORT_SYMBOL\n")
    #expect(try await hook.added(Self.next).outcome == .built)
    host[\.source] = "b"
    #expect(try await hook.added(Self.next).outcome == .built)
    host.write(Self.module, "decayed")
    #expect(try await hook.added(Self.next).outcome == .built)
  }

  @Test func `a failed build is in the record, keeps the module of before, and is tried again`() async throws {
    try addHeaders()
    host[\.answers] = ["make -C": CommandResult(status: 2, output: "main.c:1: error: no such thing\n")]
    await #expect(throws: ToaError.self) { try await hook.added(Self.next) }
    #expect(record?.state == .failed && record?.module == nil)
    #expect(record?.why.contains("no such thing") == true)
    #expect(!host.files.exists(Self.module) && !host.files.exists(KernelModuleBuild.folder(Self.next)))
    host[\.answers] = [:]
    #expect(try await hook.added(Self.next).outcome == .built)
    host[\.source] = "b"
    host[\.answers] = ["make -C": CommandResult(status: 2, output: "main.c:1: error: no such thing\n")]
    await #expect(throws: ToaError.self) { try await hook.added(Self.next) }
    #expect(host.files.isFile(Self.module) && isListed)
    #expect(record?.state == .failed && record?.module?.file == Self.module)
  }

  @Test func `what a package, DKMS or the kernel itself has is left alone`() async throws {
    try addHeaders()
    host.write(Self.module, "of a package")
    FakeDpkg(host).unpack("toa-modules-\(Self.next)", "Version: 1\n", [Self.module: "of a package"])
    #expect(try await hook.added(Self.next).outcome == .left)
    #expect(try await hook.removed(Self.next).outcome == .left)
    #expect(try host.files.text(Self.module) == "of a package")
    FakeDpkg(host).erase("toa-modules-\(Self.next)")
    host.write("/lib/modules/\(Self.next)/updates/dkms/toa.ko", "of DKMS")
    host.write("/var/lib/dkms/toa/kernel-\(Self.next)-x86_64", "-> 0.1.0")
    #expect(try await hook.added(Self.next).outcome == .left)
    host.remove("/lib/modules/\(Self.next)/updates")
    host.write("/lib/modules/\(Self.next)/modules.builtin", "kernel/net/toa.ko\n")
    #expect(try await hook.added(Self.next).outcome == .left)
    #expect(!host.changes.contains { $0.hasPrefix("make") })
    #expect(record == nil)
  }

  @Test func `removed, the kernel is as it was`() async throws {
    try addHeaders()
    let before = host.snapshot.without(FakeHost.volatile)
    _ = try await hook.added(Self.next)
    #expect(try await hook.removed(Self.next).outcome == .removed)
    #expect(!isListed)
    #expect(host.snapshot.without(FakeHost.volatile + ["/var/log/toa"]).changes(since: before) == [])
    #expect(try await hook.removed(Self.next).outcome == .left)
  }

  @Test func `all of them go with the hooks`() async throws {
    try addHeaders()
    let before = host.snapshot.without(FakeHost.volatile)
    _ = try await hook.added(Self.next)
    host.write("\(KernelRecord.folder)/6.1.0-55-cloud-amd64.build/main.o", "of a kill")
    #expect(try await hook.removedAll().map(\.outcome) == [.left, .removed])
    #expect(host.snapshot.without(FakeHost.volatile + ["/var/log/toa"]).changes(since: before) == [])
  }

  @Test func `a kernel that went without its hook is cleaned up behind`() async throws {
    try addHeaders()
    _ = try await hook.added(Self.next)
    host.remove("/lib/modules/\(Self.next)/modules.order")
    host.remove("/lib/modules/\(Self.next)/modules.dep")
    host[\.builtFor] = FakeHost.kernel
    #expect(try await hook.added(FakeHost.kernel).outcome == .built)
    #expect(record == nil && !host.files.exists(Self.module))
  }

  @Test func `within an installation the hook builds nothing, as that does it itself`() async throws {
    try addHeaders()
    host[\.identity].isInsideToa = true
    #expect(try await hook.added(Self.next).outcome == .left)
    #expect(host.changes == [])
  }

  @Test(arguments: ["", "..", "a/b", "6.1 x"]) func `what is no release is refused`(release: String) async {
    await #expect(throws: ToaError.self) { try await hook.added(release) }
    await #expect(throws: ToaError.self) { try await hook.removed(release) }
  }

  /// A repository with the new kernel's module, which the installation of the running kernel's was given.
  private func addRepository() async throws {
    try addHeaders()
    _ = try await Builder(host.system, host.console).build(
      BuildRequest(kernel: Self.next, out: "/srv/toa", layout: true))
    host.remove("/lib/modules/\(Self.next)/build")
    var plan = Plan(verb: "install", kernel: FakeHost.kernel, steps: [])
    plan.repository = "/srv/toa"
    try Journal(host.files).add(.plan(plan))
    try Journal(host.files).add(.commit(plan: 0))
  }

  @Test func `the repository of the installation is asked before anything is built, and needs no headers`() async throws
  {
    try await addRepository()
    let count = host.changes.count
    #expect(try await hook.added(Self.next).outcome == .taken)
    #expect(host.files.isFile(Self.module) && isListed)
    #expect(record?.state == .ready && record?.module?.repository == "/srv/toa/\(Self.next)/x86_64")
    #expect(!host.changes.dropFirst(count).contains { $0.hasPrefix("make") })
    #expect(host.files.list(KernelRecord.folder) == ["\(Self.next).json"])
    let before = host.snapshot
    #expect(try await hook.added(Self.next).outcome == .current)
    // The hook of the headers comes later and has nothing to do.
    try addHeaders()
    #expect(try await hook.added(Self.next).outcome == .current)
    host.remove("/lib/modules/\(Self.next)/build")
    #expect(host.snapshot.changes(since: before) == [])
    #expect(try await hook.removed(Self.next).outcome == .removed)
  }

  @Test func `what the repository has not, or has damaged, is built here`() async throws {
    try await addRepository()
    host.write("/srv/toa/\(Self.next)/x86_64/toa.ko", "damaged")
    #expect(try await hook.added(Self.next).outcome == .waiting)
    #expect(host.transcript.err.contains("is not the file that its manifest speaks of"))
    try addHeaders()
    host.remove("/srv/toa")
    #expect(try await hook.added(Self.next).outcome == .built)
    #expect(record?.state == .ready && record?.module?.repository == nil)
    #expect(host.files.list(KernelRecord.folder) == ["\(Self.next).json"])
  }

  @Test func `after a kill anywhere the next call builds, and a removal leaves nothing`() async throws {
    try addHeaders()
    let fresh = host.snapshot.without(FakeHost.volatile + ["/var/log/toa"])
    let worlds = try await KillTests.worlds(of: host) { host in
      _ = try await KernelHook(host.system, host.console).added(Self.next)
    }
    #expect(worlds.count > 6)
    for world in worlds {
      for isRemoved in [false, true] {
        let next = try FakeHost(world.tree)
        next[\.builtFor] = Self.next
        let hook = KernelHook(next.system, next.console)
        if !isRemoved {
          let document = try await hook.added(Self.next)
          #expect([.built, .current].contains(document.outcome), "\(world.place)")
          #expect(Depmod.lists(Self.module, Self.next, next.system), "\(world.place)")
          #expect(KernelRecord.read(Self.next, in: next.files)?.state == .ready, "\(world.place)")
          #expect(next.files.list(KernelRecord.folder).count == 1, "\(world.place)")
        }
        _ = try await hook.removed(Self.next)
        let left = next.snapshot.without(FakeHost.volatile + ["/var/log/toa"])
        #expect(left.changes(since: fresh) == [], "\(world.place)")
      }
    }
  }
}
