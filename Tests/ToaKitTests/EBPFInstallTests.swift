// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import SelfTest
import Testing

@testable import ToaKit

/// `toa install --backend ebpf` and its uninstallation.
struct EBPFInstallTests {
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private var live: LiveEBPF? { get throws { try Backend.live(host.system)?.ebpf } }

  private func left(_ host: FakeHost, since world: TreeSnapshot = FakeHost.fresh) -> [String] {
    host.snapshot.without(FakeHost.volatile).changes(since: world.without(FakeHost.volatile))
  }

  @Test func `a fresh Debian gets a package, programs that work and a proof, and no compiler`() async throws {
    let document = try await host.install(.ebpf)
    #expect(document.changed && document.backend == .ebpf && document.selfTest?.passed == true)
    #expect(
      document.steps.map(\.title) == [
        "package as toa-ebpf", "install toa-ebpf", "attach the eBPF programs, for every process",
      ])
    #expect(try live?.attached == ["sockops", "getpeername4", "getpeername6"])
    let dpkg = FakeDpkg(host)
    #expect(dpkg.state("toa-ebpf") == "installed" && dpkg.names(prefix: "gcc") == [])
    #expect(dpkg.field("Toa-Object", of: "toa-ebpf") == "a")
    #expect(host.files.line("/usr/lib/toa/toa") == "toa")
    #expect(
      host.files.linkTarget("/usr/lib/systemd/system/sysinit.target.wants/toa-ebpf.service") == "../toa-ebpf.service")
    #expect(try EBPFSettings.installed(host.system) == EBPFSettings())
    let status = await StatusReport(host.system, host.console).show()
    #expect(status.state == "working" && status.autoload && status.installed.value == .ebpf)
  }

  @Test func `a second run changes no byte and proves again`() async throws {
    try await host.install(.ebpf)
    let before = host.snapshot
    for choice in [InstallRequest.Choice.ebpf, .auto] {
      let document = try await host.install(choice)
      #expect(!document.changed && document.steps.isEmpty && document.selfTest?.passed == true)
      #expect(host.snapshot.changes(since: before) == [])
    }
  }

  @Test func `uninstall gives back the very tree`() async throws {
    try await host.install(.ebpf, trust: "203.0.113.0/24", getsockopt: true)
    let planned = try await host.uninstall(dryRun: true)
    #expect(
      planned.commands == [
        "rm -r /sys/fs/bpf/toa", "dpkg --purge --force-remove-reinstreq toa-ebpf", "rm -r /var/lib/toa/packages/1",
        "rm -r /var/lib/toa",
      ])
    let done = try await host.uninstall()
    #expect(done.commands == planned.commands)
    #expect(left(host) == [])
    #expect(try await !host.uninstall().changed)
  }

  @Test func `without systemd the BPF file system is mounted, and goes with the rest`() async throws {
    let host = try FakeHost(FakeHost.withoutSystemd)
    let document = try await host.install(.ebpf)
    #expect(document.steps.first?.commands == ["mount -t bpf bpf /sys/fs/bpf"])
    #expect(host.transcript.err.contains("at boot  nothing restores it (no systemd)"))
    #expect(await !StatusReport(host.system, host.console).show().autoload)
    let planned = try await host.uninstall(dryRun: true)
    #expect(planned.commands.contains("umount /sys/fs/bpf"))
    #expect(try await host.uninstall().commands == planned.commands)
    #expect(left(host, since: FakeHost.withoutSystemd) == [])
  }

  @Test func `somebody else's pins keep the mount`() async throws {
    let host = try FakeHost(FakeHost.withoutSystemd)
    try await host.install(.ebpf)
    host.write("/sys/fs/bpf/cilium/map", "")
    #expect(try await !host.uninstall().commands.contains("umount /sys/fs/bpf"))
    #expect(MountTable.read(from: host.files).mount(at: "/sys/fs/bpf")?.type == "bpf")
  }

  @Test func `a dry run touches nothing, and the run then makes exactly its steps`() async throws {
    let planned = try await host.install(.ebpf, dryRun: true)
    #expect(planned.dryRun && host.changes == [] && left(host) == [])
    let done = try await host.install(.ebpf)
    #expect(planned.steps.map(\.commands) == done.steps.map(\.commands))
  }

  @Test func `what was told once is kept, and a change replaces package and programs`() async throws {
    try await host.install(.ebpf, trust: "203.0.113.0/24")
    #expect(FakeDpkg(host).field("Toa-Trusted", of: "toa-ebpf")?.contains("203.0.113.0/24") == true)
    #expect(try await !host.install(.auto).changed)
    let document = try await host.install(.auto, cgroup: "system.slice", getsockopt: true)
    #expect(document.steps.last?.title.hasPrefix("replace the eBPF programs, for the cgroup /system.slice") == true)
    #expect(try live?.cgroup == "/system.slice" && live?.getsockopt == true)
    #expect(try live?.trusted.contains("203.0.113.0/24") == true)
    #expect(try EBPFSettings.installed(host.system)?.cgroup == "/system.slice")
    #expect(try await host.install(.ebpf, getsockopt: false).changed)
    try await host.uninstall()
    #expect(left(host) == [])
  }

  @Test func `what a person would type says what was added to the standard list, and loads the same`() async throws {
    for (trust, typed) in [("203.0.113.0/24", "203.0.113.0/24"), ("any", "any"), ("none", "none")] {
      let settings = EBPFSettings(trusted: try trustParameter(trust), cgroup: "/a b", getsockopt: true)
      #expect(settings.typedOptions == ["--trust", typed, "--cgroup", "a b", "--getsockopt"])
      #expect(try trustParameter(typed) == settings.trusted)
    }
    #expect(EBPFSettings(trusted: try trustParameter("10.1.0.0/16")).normalized.typedOptions == [])
    #expect(EBPFSettings(profile: "dpvs,-4096").typedOptions == ["--profile", "dpvs,-4096"])
    #expect(EBPFSettings(profile: "default").normalized.typedOptions == [])
    #expect(EBPFLoad.typed(EBPFSettings(cgroup: "/a b")) == "toa load --backend ebpf --cgroup 'a b'")
  }

  @Test func `another program or object is an upgrade`() async throws {
    try await host.install(.ebpf)
    host.write("/proc/self/exe", "toa, built anew")
    #expect(try await host.install(.ebpf).steps.map(\.title) == ["package as toa-ebpf", "install toa-ebpf"])
    host[\.source] = "b"
    #expect(try await host.install(.ebpf).steps.count == 3)
    #expect(FakeDpkg(host).field("Toa-Object", of: "toa-ebpf") == "b")
  }

  @Test func `a damaged installation is mended`() async throws {
    try await host.install(.ebpf)
    host.remove("/usr/lib/systemd/system/sysinit.target.wants/toa-ebpf.service")
    #expect(await !StatusReport(host.system, host.console).show().autoload)
    #expect(try await host.install(.auto).steps.count == 2)
    host.remove(FakeHost.pins)
    #expect(try await host.install(.auto).steps.map(\.title) == ["attach the eBPF programs, for every process"])
  }

  @Test func `programs and package that the journal does not know are removed, too`() async throws {
    try await host.install(.ebpf)
    host.remove(Journal.path)
    try await host.uninstall()
    #expect(left(host) == [])
    _ = try await Loader(host.system, host.console).load(LoadRequest(backend: .ebpf))
    #expect(try await host.uninstall().commands == ["rm -r /sys/fs/bpf/toa"])
    #expect(left(host) == [])
  }

  @Test func `each backend refuses beside the other, with what to type`() async throws {
    try await host.install(.ebpf)
    let error = try #require(await host.failure(.module, trust: "any"))
    #expect(error.status == .conflict && error.what == "eBPF is installed")
    #expect(error.next == ["toa uninstall", "then: toa install --backend module --trust any"])
    try await host.uninstall()
    try await host.install(.module)
    let other = try #require(await host.failure(.ebpf, cgroup: "a b"))
    #expect(other.status == .conflict && other.what == "toa.ko is installed")
    #expect(other.next.last == "then: toa install --backend ebpf --cgroup 'a b'")
    #expect(await host.failure(.auto, getsockopt: true)?.status == .conflict)
    #expect(try await !host.install(.auto).changed)
  }

  @Test func `a self-test that fails brings the earlier settings back`() async throws {
    try await host.install(.ebpf, trust: "203.0.113.0/24")
    let before = host.snapshot.without(FakeHost.afterFailure + [FakeHost.pins])
    host[\.selfTestPasses] = false
    #expect(await host.failure(.ebpf, trust: "any", cgroup: "system.slice")?.status == .selfTestFailed)
    #expect(host.snapshot.without(FakeHost.afterFailure + [FakeHost.pins]).changes(since: before) == [])
    #expect(try live?.cgroup == "/" && live?.trusted.contains("203.0.113.0/24") == true)
  }

  @Test func `options of the wrong backend are refused`() async {
    for (backend, cgroup, getsockopt) in [(InstallRequest.Choice.module, "x", nil), (.module, nil, true)] {
      #expect(await host.failure(backend, cgroup: cgroup, getsockopt: getsockopt)?.status == .usage)
    }
    for request in [
      InstallRequest(backend: .ebpf, kernel: FakeHost.kernel, yes: true),
      InstallRequest(backend: .ebpf, compiler: "gcc", yes: true),
      InstallRequest(compiler: "gcc", cgroup: "x", yes: true),
    ] {
      do throws(ToaError) {
        _ = try await Installer(host.system, host.console).install(request)
        Issue.record("\(request) was accepted")
      } catch {
        #expect(error.status == .usage)
      }
    }
    #expect(await host.failure(.ebpf, cgroup: "/etc")?.status == .usage)
    #expect(host.changes == [])
  }
}

/// Hosts on which eBPF cannot be installed.
struct EBPFPreflightTests {
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private func refusal() async -> ToaError? {
    let error = await host.failure(.ebpf)
    #expect(host.changes == [])
    return error
  }

  @Test func `systems that take no package are told what works until the next boot`() async {
    host.remove("/usr/bin/apt-get")
    host.write("/usr/lib/os-release", "ID=lfs\nPRETTY_NAME=\"Linux From Scratch\"\n")
    var error = await refusal()
    #expect(error?.status == .notApplicable && error?.next == [EBPFPreflight.untilReboot])
    host.write("/run/ostree-booted", "")
    error = await refusal()
    #expect(error?.status == .notApplicable && error?.next.last == EBPFPreflight.untilReboot)
    host.write("/run/systemd/container", "docker\n")
    #expect(await refusal()?.what == "this is a container (docker)")
  }

  @Test func `a kernel that refuses a program, and a hook that is taken`() async {
    host[\.bpfErrno] = ENOSYS
    #expect(await refusal()?.status == .notApplicable)
    host[\.bpfErrno] = nil
    host[\.attachments] = [
      BpfAttachment(hook: .getpeername4, program: 9, name: "cil_sock4_getpe", isOurs: false, isExclusive: true)
    ]
    #expect(await refusal()?.status == .conflict)
    host[\.attachments][0] = BpfAttachment(
      hook: .getpeername4, program: 9, name: "cil_sock4_getpe", isOurs: false, isExclusive: false)
    #expect(await host.failure(.ebpf) == nil)
  }

  @Test func `another TOA`() async {
    host.write("/proc/modules", "tgw_toa 16384 0 - Live 0x0000000000000000\n")
    #expect(await refusal()?.what == "another TOA module is loaded: tgw_toa")
  }

  @Test func `not root`() async {
    host[\.identity.userID] = 1000
    #expect(await refusal()?.status == .refused)
  }
}
