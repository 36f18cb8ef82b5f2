// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import Testing

@testable import ToaKit

/// `toa doctor --fix` on a host that changes as a real one does.
struct DoctorFixTests {
  /// What is mended here; other checks ask for more than this host has.
  static let checks = ["KRN10", "MOD01", "MOD07", "PER01", "PER04", "PER06"]
  private static let setting = "/proc/sys/kernel/ftrace_enabled"

  /// A host with toa on which several things were broken since.
  private static func broken() async throws -> FakeHost {
    let host = try FakeHost()
    host.write(setting, "1\n")
    try await host.install()
    try allowHooks(host)
    try host.system.modules.remove("toa")
    host.write(setting, "0\n")
    host.remove("/usr/lib/modules-load.d/toa.conf")
    host.write("/etc/rc.local", "#!/bin/sh\ninsmod /root/toa.ko\nexit 0\n")
    return host
  }

  private static let hooks = [
    "/etc/kernel/postinst.d/toa", "/etc/kernel/header_postinst.d/toa", "/etc/kernel/prerm.d/toa",
  ]

  /// The rights that dpkg would have given.
  private static func allowHooks(_ host: FakeHost) throws {
    for hook in hooks { try host.files.setMode(hook, 0o755) }
  }

  @discardableResult
  private static func fix(
    _ host: FakeHost, only: [String] = checks, dryRun: Bool = false, yes: Bool = true
  ) async throws(ToaError) -> FixDocument {
    try await DoctorFix(host.system, host.console).fix(kernel: nil, only: only, skip: [], dryRun: dryRun, yes: yes)
  }

  @Test func `each safe finding is mended, and doctor then finds nothing`() async throws {
    let host = try await Self.broken()
    let document = try await Self.fix(host)
    #expect(
      document.steps.flatMap(\.commands) == [
        "sysctl kernel.ftrace_enabled=1", "modprobe toa", "echo toa > /etc/modules-load.d/toa.conf",
        "sed -i '2s/^/: # /' /etc/rc.local",
      ])
    #expect(document.changed && !document.dryRun)
    #expect(document.doctor.cause.value == nil, "\(document.doctor.findings.filter(\.isBad))")
    #expect(host.files.line(Self.setting) == "1")
    #expect(host.modules.state("toa") == .live)
    #expect(try host.files.text("/etc/modules-load.d/toa.conf") == "toa\n")
    #expect(AutoloadLine.find("toa", in: host.files).isEmpty)
    #expect(host.transcript.err.contains("Plan:\n  1. set \(Self.setting) to 1\n  2. load toa\n"))
  }

  @Test func `what toa tproxy enable made, and somebody took away, is made again`() async throws {
    let host = try FakeHost(FakeNetwork.world)
    let settings = try #require(try await host.enable().settings.value)
    let whole = host.snapshot
    _ = try await host.system.run.run(NetworkTools.command("nft", ["delete", "table"] + NftMark.table))
    let document = try await Self.fix(host, only: ["NET14"])
    #expect(document.changed && document.doctor.cause.value == nil, "\(document.doctor.findings.filter(\.isBad))")
    #expect(try await TransparentRules(host.system.run, host.files).state(settings).isWhole)
    let volatile = FakeHost.volatile + [Journal.folder, "/var/log/toa"]
    #expect(host.snapshot.without(volatile).changes(since: whole.without(volatile)) == [])
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeNetwork.world) == [])
  }

  @Test func `a dry run shows the plan and changes nothing`() async throws {
    let host = try await Self.broken()
    let before = host.snapshot
    let count = host.changes.count
    let document = try await Self.fix(host, dryRun: true)
    #expect(document.dryRun && !document.changed && document.steps.count == 4)
    #expect(document.doctor.cause.value == "KRN10")
    #expect(host.snapshot == before && host.changes.count == count)
    #expect(host.transcript.out.contains("1. set \(Self.setting) to 1\n   # sysctl kernel.ftrace_enabled=1\n"))
  }

  @Test func `nothing to mend is said, and changes nothing`() async throws {
    let host = try FakeHost()
    try await host.install()
    try Self.allowHooks(host)
    let before = host.snapshot.without(FakeHost.volatile)
    let document = try await Self.fix(host)
    #expect(document.steps.isEmpty && !document.changed)
    #expect(host.transcript.err.hasSuffix("Nothing to mend.\n"))
    #expect(host.snapshot.without(FakeHost.volatile) == before)
  }

  @Test func `what only a person can mend is left and said`() async throws {
    let host = try FakeHost()
    try await host.install()
    host.write("/etc/modprobe.d/local.conf", "blacklist toa\n")
    let document = try await Self.fix(host, only: ["MOD14"])
    #expect(document.steps.isEmpty && document.doctor.cause.value == "MOD14")
    #expect(document.doctor.findings.allSatisfy { !$0.auto })
    #expect(host.transcript.err.hasSuffix("Nothing that doctor can mend by itself.\n"))
  }

  @Test func `without a yes nothing is changed`() async throws {
    let host = try await Self.broken()
    let before = host.snapshot.without(FakeHost.volatile)
    let error = await #expect(throws: ToaError.self) { try await Self.fix(host, yes: false) }
    #expect(error?.status == .refused)
    #expect(error?.next.first == "toa doctor --fix --yes")
    #expect(host.snapshot.without(FakeHost.volatile) == before)
  }

  @Test func `a step that fails takes the ones before back`() async throws {
    let host = try await Self.broken()
    let before = host.snapshot.without(FakeHost.afterFailure)
    host[\.fault] = FakeHost.Fault(change: host.changes.count)
    await #expect(throws: ToaError.self) { try await Self.fix(host) }
    #expect(host.files.line(Self.setting) == "0")
    #expect(host.snapshot.without(FakeHost.afterFailure).changes(since: before) == [])
  }

  @Test func `an index that lost the module is written, and a hook may be executed again`() async throws {
    let host = try FakeHost()
    try await host.install()
    let index = "/lib/modules/\(FakeHost.kernel)/modules.dep"
    host.write(index, "")
    try Self.allowHooks(host)
    try host.files.setMode(Self.hooks[0], 0o644)
    let indexed = try await Self.fix(host, only: ["MOD07"])
    #expect(indexed.steps.flatMap(\.commands) == ["depmod -a \(FakeHost.kernel)"])
    #expect(host.files.line(index)?.contains("toa.ko") == true)
    let allowed = try await Self.fix(host, only: ["PER06"])
    #expect(allowed.steps.flatMap(\.commands) == ["chmod 755 \(Self.hooks[0])"])
    #expect(host.files.mode(Self.hooks[0]) == 0o755)
  }

  @Test func `after a kill anywhere the next run ends as if nothing had been`() async throws {
    let host = try await Self.broken()
    let installed = host.snapshot.text(Journal.path) ?? ""
    // Without the last line of the installation's journal that would be undone, which is another story.
    let worlds = try await KillTests.worlds(of: host) { try await Self.fix($0) }.filter { world in
      world.tree.text(Journal.path)?.hasPrefix(installed) == true
    }
    #expect(worlds.count > 8)
    let wanted = host.snapshot.without(FakeHost.volatile + [Journal.path])
    for world in worlds {
      let next = try FakeHost(world.tree)
      await #expect(throws: Never.self, "\(world.place)") { try await Self.fix(next) }
      let got = next.snapshot.without(FakeHost.volatile + [Journal.path])
      #expect(got.changes(since: wanted) == [], "\(world.place)")
    }
  }

  @Test func `uninstall takes the written file away and gives the lines back`() async throws {
    let host = try await Self.broken()
    try await Self.fix(host)
    try await host.uninstall()
    #expect(!host.files.exists("/etc/modules-load.d/toa.conf"))
    #expect(try host.files.text("/etc/rc.local").contains("\ninsmod /root/toa.ko\n"))
    #expect(!host.files.exists(Journal.folder))
  }

  @Test func `only root mends`() async throws {
    let host = try await Self.broken()
    host[\.identity] = Identity(kernelRelease: FakeHost.kernel, machine: "x86_64", hostName: "test", userID: 1000)
    let error = await #expect(throws: ToaError.self) { try await Self.fix(host) }
    #expect(error?.next.contains { $0.contains("sudo toa doctor --fix") } == true, "\(String(describing: error))")
  }
}
