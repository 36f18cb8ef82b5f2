// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Kmod
import Testing

@testable import ToaKit

/// How `toa install` chooses between the module and eBPF.
struct AutoBackendTests {
  struct Obstacle: Sendable, CustomTestStringConvertible {
    var name: String
    var spoil: @Sendable (FakeHost) -> Void
    var reason: String
    var testDescription: String { name }
  }

  private static func withoutLists(_ host: FakeHost) {
    host.remove("/var/lib/apt/lists/mirror_dists_bookworm_main_binary-amd64_Packages")
  }

  /// Seen before anything is done.
  static let seen = [
    Obstacle(
      name: "no modules", spoil: { $0[\.moduleLoading] = ENOSYS },
      reason: "eBPF, because this kernel cannot load modules"),
    Obstacle(
      name: "signatures", spoil: { $0.write("/sys/module/module/parameters/sig_enforce", "Y\n") },
      reason: "eBPF, because this kernel takes only signed modules"),
    Obstacle(
      name: "no headers", spoil: { withoutLists($0) },
      reason: "eBPF, because there are no headers of kernel \(FakeHost.kernel)"),
    Obstacle(
      name: "no compiler",
      spoil: {
        _ = FakeApt($0).install([FakeApt.headers, "make"])
        withoutLists($0)
      }, reason: "eBPF, because there is no compiler that matches kernel \(FakeHost.kernel)"),
    Obstacle(
      name: "a kernel without modules on the disk", spoil: { $0.remove("/usr/lib/modules/\(FakeHost.kernel)") },
      reason: "eBPF, because kernel \(FakeHost.kernel) is not installed"),
  ]

  /// Seen on the way, when steps have been taken.
  static let met = [
    Obstacle(
      name: "headers cannot be had", spoil: { $0[\.fault] = .init(change: 0) },
      reason: "eBPF, because toa cannot install \(FakeApt.headers), gcc-12, make"),
    Obstacle(
      name: "the build fails", spoil: { $0[\.fault] = .init(change: 1, output: "x.c:1: error: no", status: 2) },
      reason: "eBPF, because toa cannot build toa.ko for \(FakeHost.kernel) with gcc-12"),
    Obstacle(
      name: "the load fails",
      spoil: { $0[\.loadError] = KmodError(operation: "load", subject: "toa", errno: ENOEXEC) },
      reason: "eBPF, because toa cannot load toa.ko"),
    Obstacle(
      name: "the signature is refused",
      spoil: { $0[\.loadError] = KmodError(operation: "load", subject: "toa", errno: EKEYREJECTED) },
      reason: "eBPF, because toa cannot load toa.ko"),
  ]

  @Test func `the module is the first choice`() async throws {
    let host = try FakeHost()
    let document = try await host.install(.auto)
    #expect(document.backend == .module && document.reason == nil)
    #expect(host.modules.state("toa") == .live && !host.files.exists(FakeHost.pins))
    #expect(try await !host.install(.auto).changed)
  }

  @Test(arguments: seen + met) func `where the module cannot be, eBPF is, and one line says why`(
    _ obstacle: Obstacle
  ) async throws {
    let host = try FakeHost()
    obstacle.spoil(host)
    let before = host.snapshot
    let document = try await host.install(.auto)
    #expect(document.backend == .ebpf && document.reason == obstacle.reason)
    #expect(host.transcript.err.split(separator: "\n").first { $0.contains("because") } == "  \(obstacle.reason)")
    #expect(try Backend.live(host.system)?.kind == .ebpf)
    #expect(FakeDpkg(host).names(prefix: "toa-") == ["toa-ebpf"])
    #expect(!FakeDpkg(host).names(prefix: "gcc").contains("gcc-12") || obstacle.name == "no compiler")
    // What was chosen stays, also where the module would do by now.
    host[\.loadError] = nil
    host[\.fault] = nil
    host[\.moduleLoading] = EBADF
    #expect(try await !host.install(.auto).changed)
    try await host.uninstall()
    let left = host.snapshot.without(FakeHost.volatile).changes(since: before.without(FakeHost.volatile))
    #expect(left == [])
  }

  @Test(arguments: seen) func `a dry run says it, too`(_ obstacle: Obstacle) async throws {
    let host = try FakeHost()
    obstacle.spoil(host)
    let document = try await host.install(.auto, dryRun: true)
    #expect(document.backend == .ebpf && document.reason == obstacle.reason && host.changes == [])
  }

  @Test(arguments: seen + met) func `where neither can be, the module's error says why eBPF cannot`(
    _ obstacle: Obstacle
  ) async throws {
    let host = try FakeHost()
    obstacle.spoil(host)
    let alone = try #require(await host.failure(.module))
    let second = try FakeHost()
    obstacle.spoil(second)
    second[\.bpfErrno] = ENOSYS
    let error = try #require(await second.failure(.auto))
    #expect(error.status == alone.status && error.what == alone.what)
    #expect(error.why.hasPrefix(alone.why) && error.why.contains("eBPF does not do instead: this kernel's eBPF"))
    #expect(!error.next.contains { $0.contains("--backend") })
    #expect(FakeDpkg(second).names(prefix: "toa-") == [])
  }

  @Test func `eBPF that fails on the way is taken back, and the module's error says so`() async throws {
    let host = try FakeHost()
    host[\.moduleLoading] = ENOSYS
    host[\.bpfLoadError] = BpfError(operation: "attach", subject: "sockops", errno: ENOMEM)
    let error = try #require(await host.failure(.auto))
    #expect(error.status == .loadFailed && error.what == "cannot load the eBPF programs")
    let left = host.snapshot.without(FakeHost.afterFailure).changes(
      since: FakeHost.fresh.without(FakeHost.afterFailure))
    #expect(left.filter { $0 != "+ /var/lib/toa" } == [])
    let other = try FakeHost()
    other[\.loadError] = KmodError(operation: "load", subject: "toa", errno: ENOEXEC)
    other[\.bpfLoadError] = BpfError(operation: "attach", subject: "sockops", errno: ENOMEM)
    let both = try #require(await other.failure(.auto))
    #expect(
      both.what == "cannot load toa.ko" && both.why.contains("eBPF does not do instead: cannot load the eBPF programs"))
  }

  @Test func `another TOA, a lock, a wrong option and a failed proof are no reasons for eBPF`() async throws {
    let cases: [(@Sendable (FakeHost) -> Void, ToaKit.ExitStatus)] = [
      ({ $0.write("/proc/modules", "tgw_toa 16384 0 - Live 0x0000000000000000\n") }, .conflict),
      ({ $0.write("/lib/modules/\(FakeHost.kernel)/modules.dep", "kernel/net/toa/toa.ko:\n") }, .conflict),
      ({ $0[\.loadError] = KmodError(operation: "load", subject: "toa", errno: EBUSY) }, .conflict),
      ({ $0[\.fault] = .init(change: 0, output: "E: Could not get lock /var/lib/dpkg/lock-frontend") }, .locked),
      ({ $0[\.selfTestPasses] = false }, .selfTestFailed),
      ({ $0[\.identity.userID] = 1000 }, .refused),
    ]
    for (spoil, status) in cases {
      let host = try FakeHost()
      spoil(host)
      #expect(await host.failure(.auto)?.status == status)
      #expect(!host.changes.contains { $0.contains("bpf") })
    }
    #expect(await (try FakeHost()).failure(.auto, trust: "garbage")?.status == .usage)
  }

  @Test func `an option of one backend chooses it`() async throws {
    let host = try FakeHost()
    let document = try await host.install(.auto, getsockopt: true)
    #expect(document.backend == .ebpf && document.reason == "eBPF, because --getsockopt asks for it")
    let other = try FakeHost()
    other[\.moduleLoading] = ENOSYS
    do throws(ToaError) {
      _ = try await Installer(other.system, other.console).install(InstallRequest(compiler: "gcc", yes: true))
    } catch {
      #expect(error == .noModuleSupport)
    }
  }

  @Test func `a container is told once that it is one`() async throws {
    let host = try FakeHost()
    host.write("/run/systemd/container", "docker\n")
    #expect(
      await host.failure(.auto)
        == ToaError(
          .notApplicable, "this is a container (docker)", why: "/run/systemd/container",
          next: ["run `toa install` on the host: its kernel is the one that accepts the connections"]))
  }

  @Test func `what was loaded by hand is kept`() async throws {
    let host = try FakeHost()
    _ = try await Loader(host.system, host.console).load(LoadRequest(backend: .ebpf))
    #expect(await host.failure(.module)?.next.first == "toa unload")
    let document = try await host.install(.auto)
    #expect(document.backend == .ebpf && document.steps.map(\.title) == ["package as toa-ebpf", "install toa-ebpf"])
  }
}
