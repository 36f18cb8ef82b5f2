// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import SelfTest
import Testing
import Wire

@testable import ToaKit

/// `toa load`, `unload` and what they refuse, with eBPF.
struct EBPFLoadTests {
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private var live: LiveEBPF? { get throws { try Backend.live(host.system)?.ebpf } }

  @Test func `a load attaches to the whole host, and a second one changes nothing`() async throws {
    let first = try await host.load(LoadRequest(backend: .ebpf))
    #expect(first.loaded && first.changed && first.backend.value == .ebpf && first.milliseconds != nil)
    #expect(first.ebpf?.cgroup == "/" && first.ebpf?.attached == ["sockops", "getpeername4", "getpeername6"])
    #expect(first.ebpf?.trusted == TrustList.standard.description)
    let before = host.snapshot
    let second = try await host.load(LoadRequest(backend: .ebpf))
    #expect(second.loaded && !second.changed && second.milliseconds == nil)
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before.without(FakeHost.volatile)) == [])
  }

  @Test func `other settings replace what works, each of them and another object`() async throws {
    _ = try await host.load(LoadRequest(backend: .ebpf))
    _ = try await host.load(LoadRequest(backend: .ebpf, trust: "203.0.113.0/24"))
    #expect(try live?.trusted.contains("203.0.113.0/24") == true && live?.trusted.contains("127.0.0.0/8") == true)
    _ = try await host.load(LoadRequest(backend: .ebpf, getsockopt: true))
    #expect(try live?.getsockopt == true && live?.trusted == TrustList.standard.description)
    _ = try await host.load(LoadRequest(backend: .ebpf, cgroup: "system.slice"))
    #expect(try live?.cgroup == "/system.slice" && live?.generation == 4)
    host[\.source] = "b"
    #expect(try await host.load(LoadRequest(backend: .ebpf, cgroup: "/sys/fs/cgroup/system.slice")).changed)
    #expect(try await !host.load(LoadRequest(backend: .ebpf, cgroup: "/sys/fs/cgroup/system.slice/.")).changed)
  }

  @Test func `a dry run loads nothing`() async throws {
    let document = try await host.load(LoadRequest(backend: .ebpf, dryRun: true))
    #expect(!document.loaded && !document.changed)
    #expect(host.changes == [] && !host.files.exists(FakeHost.pins))
  }

  @Test func `a BPF file system that toa mounts is unmounted by unload`() async throws {
    host.write(MountTable.path, FakeHost.mounts.split(separator: "\n").dropLast().map { $0 + "\n" }.joined())
    let before = host.snapshot
    _ = try await host.load(LoadRequest(backend: .ebpf))
    #expect(host.changes.first == "mount -t bpf bpf /sys/fs/bpf")
    #expect(try await Loader(host.system, host.console).unload(dryRun: false).changed)
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before) == [])
    // With somebody else's pins it stays.
    _ = try await host.load(LoadRequest(backend: .ebpf))
    host.write("/sys/fs/bpf/cilium/map", "")
    _ = try await Loader(host.system, host.console).unload(dryRun: false)
    #expect(MountTable.read(from: host.files).mount(at: "/sys/fs/bpf")?.type == "bpf")
  }

  @Test func `a BPF file system that was there stays`() async throws {
    _ = try await host.load(LoadRequest(backend: .ebpf))
    _ = try await Loader(host.system, host.console).unload(dryRun: false)
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh) == [])
  }

  @Test func `without a mounted hierarchy it is mounted for the moment of attaching`() async throws {
    host.write(MountTable.path, FakeHost.mounts.replacing("cgroup2 cgroup2", with: "tmpfs tmpfs"))
    let before = try host.files.text(MountTable.path)
    _ = try await host.load(LoadRequest(backend: .ebpf))
    #expect(
      host.changes == [
        "mount -t cgroup2 cgroup2 /run/toa/cgroup2", "bpf load", "umount /run/toa/cgroup2",
      ])
    #expect(try host.files.text(MountTable.path) == before)
    #expect(try live?.cgroup == "/")
    // A killed run left it mounted: it is used, and goes.
    host.write(MountTable.path, before + "70 25 0:9 / /run/toa/cgroup2 rw - cgroup2 cgroup2 rw\n")
    host.write("/run/toa/cgroup2/cgroup.procs", "")
    _ = try await host.load(LoadRequest(backend: .ebpf, getsockopt: true))
    #expect(try host.files.text(MountTable.path) == before)
  }

  @Test(arguments: [
    ("/etc", "/etc is not in a cgroup2 file system"), ("nosuch", "there is no folder /sys/fs/cgroup/nosuch"),
    ("../../../etc", "/etc is not in a cgroup2 file system"),
    ("/proc/self/cgroup", "there is no folder /proc/self/cgroup"),
  ])
  func `what is no cgroup is refused`(given: String, why: String) async {
    let error = await host.failure(LoadRequest(backend: .ebpf, cgroup: given))
    #expect(error?.status == .usage && error?.why == why)
    #expect(host.changes == [])
  }

  @Test func `the installed settings are the default, and their cgroup is made when it is missing`() async throws {
    host.write(EBPFSettings.path, EBPFSettings(trusted: "any", cgroup: "/later", getsockopt: true).fileText)
    let document = try await host.load(LoadRequest())
    #expect(document.backend.value == .ebpf)
    #expect(document.ebpf?.cgroup == "/later" && document.ebpf?.trusted == "any" && document.ebpf?.getsockopt == true)
    #expect(try await host.load(LoadRequest(getsockopt: false)).ebpf?.getsockopt == false)
  }

  @Test(arguments: [
    "", "{}", "{\"schema\":\"toa.ebpf/2\",\"cgroup\":\"/\",\"getsockopt\":false}",
    "{\"schema\":\"toa.ebpf/1\",\"cgroup\":\"x\",\"getsockopt\":false}",
    "{\"schema\":\"toa.ebpf/1\",\"cgroup\":\"/\",\"getsockopt\":false,\"trusted\":\"everybody\"}",
    "{\"schema\":\"toa.ebpf/1\",\"cgroup\":\"/\",\"getsockopt\":false,\"profile\":\"everything\"}",
  ])
  func `settings that do not parse load nothing`(text: String) async {
    host.write(EBPFSettings.path, text)
    #expect(await host.failure(LoadRequest())?.status == .loadFailed)
    #expect(host.changes == [])
  }

  @Test func `options of the other backend are refused`() async {
    #expect(await host.failure(LoadRequest(backend: .module, cgroup: "x"))?.status == .usage)
    #expect(await host.failure(LoadRequest(backend: .module, getsockopt: true))?.status == .usage)
    #expect(await host.failure(LoadRequest(backend: .ebpf, hook: "ftrace"))?.status == .usage)
    #expect(await host.failure(LoadRequest(backend: .ebpf, trust: "x"))?.status == .usage)
  }

  @Test func `one backend beside the other is refused, and beside a foreign module`() async throws {
    _ = try await host.load(LoadRequest(backend: .ebpf))
    let error = await host.failure(LoadRequest(backend: .module))
    #expect(error?.status == .conflict && error?.what == "eBPF 0.1.0 is loaded" && error?.next.first == "toa unload")
    _ = try await Loader(host.system, host.console).unload(dryRun: false)
    host.write("/sys/module/toa/version", "0.1.0\n")
    #expect(await host.failure(LoadRequest(backend: .ebpf))?.what == "another TOA module is loaded: toa")
    host.write("/sys/module/toa/parameters/trusted", "none\n")
    host.write("/sys/module/toa/parameters/hook", "ftrace\n")
    #expect(await host.failure(LoadRequest(backend: .ebpf))?.what == "toa.ko 0.1.0 is loaded")
    host.remove("/sys/module/toa")
    host.write("/proc/modules", "tgw_toa 16384 0 - Live 0x0000000000000000\n")
    #expect(await host.failure(LoadRequest(backend: .ebpf))?.what == "another TOA module is loaded: tgw_toa")
  }

  @Test func `what a killed run left is removed by unload`() async throws {
    host.write(FakeHost.pins + "/control", "0")
    host.write(FakeHost.pins + "/7/about", "half")
    #expect(try await Loader(host.system, host.console).unload(dryRun: false).changed)
    #expect(!host.files.exists(FakeHost.pins))
    #expect(try await !Loader(host.system, host.console).unload(dryRun: false).changed)
  }

  struct Refusal: Sendable {
    var errno: Int32
    var operation = "load"
    var log: [String] = []
    var status: ToaKit.ExitStatus
    var why: String
  }

  @Test(arguments: [
    Refusal(errno: ENOSYS, status: .notApplicable, why: "without the bpf system call"),
    Refusal(errno: EINVAL, log: ["unknown func bpf_sk_storage_get#107"], status: .notApplicable, why: "unknown func"),
    Refusal(errno: EPERM, status: .notApplicable, why: "seccomp"),
    Refusal(errno: EACCES, log: ["R2 invalid mem access"], status: .loadFailed, why: "R2 invalid mem access"),
    Refusal(errno: E2BIG, log: ["processed 1000001 insns"], status: .loadFailed, why: "1000001"),
    Refusal(errno: ENOMEM, operation: "attach", status: .loadFailed, why: "attach sockops"),
  ])
  func `a refused load says why and leaves no mount`(_ refusal: Refusal) async throws {
    host.write(MountTable.path, FakeHost.mounts.split(separator: "\n").dropLast().map { $0 + "\n" }.joined())
    let before = host.snapshot
    host[\.bpfLoadError] = BpfError(
      operation: refusal.operation, subject: "sockops", errno: refusal.errno, log: refusal.log)
    let error = await host.failure(LoadRequest(backend: .ebpf))
    #expect(error?.status == refusal.status)
    #expect(error?.why.contains(refusal.why) == true, "\(error?.why ?? "")")
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: before) == [])
  }

  @Test func `an exclusive program of others is named`() async {
    host[\.bpfLoadError] = BpfError(operation: "attach", subject: "sockops", errno: EPERM)
    host[\.attachments] = [
      BpfAttachment(hook: .sockops, program: 7, name: "tcp_tuner", isOurs: false, isExclusive: true)
    ]
    let error = await host.failure(LoadRequest(backend: .ebpf))
    #expect(error?.status == .conflict && error?.why.contains("tcp_tuner (id 7)") == true)
  }

  @Test func `missing rights are named`() async {
    host[\.bpfLoadError] = BpfError(operation: "load", subject: "sockops", errno: EPERM)
    host[\.identity.capabilities] = 1 << 12
    #expect(await host.failure(LoadRequest(backend: .ebpf))?.why == "this process lacks CAP_PERFMON, CAP_BPF")
    host[\.identity.capabilities] = 1 << 21
    #expect(await host.failure(LoadRequest(backend: .ebpf))?.why == "this process lacks CAP_NET_ADMIN")
  }

  @Test func `status tells a whole, a changed, a broken and an unloaded eBPF apart`() async throws {
    host.write(EBPFSettings.path, EBPFSettings(cgroup: "/later").fileText)
    func status() async -> StatusDocument { await StatusReport(host.system, host.console).show() }
    #expect(await status().state == "notLoaded")
    _ = try await host.load(LoadRequest())
    var document = await status()
    #expect(document.state == "working" && document.backend.value == .ebpf && document.installed.value == .ebpf)
    #expect(document.counters?["syn_recv_sock_toa"] == 42 && document.ebpf?.cgroup == "/later")
    host[\.source] = "b"
    #expect(await status().state == "outdated")
    host[\.source] = "a"
    host.remove("/sys/fs/cgroup/later")
    document = await status()
    #expect(document.state == "incomplete" && document.ebpf?.missing.count == 3)
    host.remove(FakeHost.pins)
    host[\.identity.userID] = 1000
    #expect(await status().state == "unknown")
  }
}

struct SelfTestCgroupTests {
  @Test(
    arguments: [
      ("/", "/user.slice", nil), ("/a", "/a", nil), ("/a", "/a/b/c", nil), ("/a", "/ab", "/a/toa-selftest"),
      ("/a/b", "/a", "/a/b/toa-selftest"), ("/a", "/", "/a/toa-selftest"),
    ] as [(String, String, String?)])
  func `a process goes only where it is not covered`(covered: String, own: String, detour: String?) {
    #expect(SelfTestCgroup.detour(covered: covered, own: own) == detour)
  }

  @Test func `the self-test runs inside of the covered cgroup and comes back, also when it fails`() async throws {
    let host = try FakeHost()
    let folder = "/sys/fs/cgroup/system.slice/toa-selftest"
    _ = try await Loader(host.system, host.console).load(LoadRequest(backend: .ebpf, cgroup: "system.slice"))
    host.write(ProcessCgroup.path, "0::/user.slice\n")
    // What a killed run left.
    host.write(folder + "/cgroup.procs", "")
    host.write("/sys/fs/cgroup/user.slice/cgroup.procs", "")
    var system = host.system
    system.selfTest = { options throws(SelfTestError) in
      #expect(host.files.line(folder + "/cgroup.procs") == "0")
      #expect(options.abilities == Abilities(options: .standard, behaviours: [.late], limits: Abilities.limitsOfEBPF))
      host.remove(folder + "/cgroup.procs")
      throw SelfTestError(step: "make a network namespace", errno: EPERM)
    }
    await #expect(throws: ToaError.self) { try await SelfTestReporter(system, host.console).report() }
    #expect(host.files.line("/sys/fs/cgroup/user.slice/cgroup.procs") == "0")
    #expect(!host.files.exists(folder))
  }

  @Test func `a cgroup that lets nobody in is an error`() async throws {
    let host = try FakeHost()
    _ = try await Loader(host.system, host.console).load(LoadRequest(backend: .ebpf, cgroup: "system.slice"))
    host.write(ProcessCgroup.path, "0::/user.slice\n")
    // There is no cgroup.procs in a folder that is no cgroup.
    await #expect(throws: ToaError.self) { try await SelfTestReporter(host.system, host.console).report() }
    #expect(!host.files.exists("/sys/fs/cgroup/system.slice/toa-selftest"))
  }

  @Test func `a covered cgroup that has gone is said, and not made again`() async throws {
    let host = try FakeHost()
    _ = try await Loader(host.system, host.console).load(LoadRequest(backend: .ebpf, cgroup: "system.slice"))
    host.write(ProcessCgroup.path, "0::/user.slice\n")
    host.remove("/sys/fs/cgroup/system.slice")
    do throws(ToaError) {
      _ = try await SelfTestReporter(host.system, host.console).report()
      Issue.record("the self-test ran")
    } catch {
      #expect(error.why == "it has gone, and the programs with it" && error.next == ["toa load"])
    }
    #expect(!host.files.exists("/sys/fs/cgroup/system.slice"))
  }
}
