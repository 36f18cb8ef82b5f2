// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Synchronization
import Testing

@testable import ToaKit

/// `toa debug` on a host with toa.ko, and a kernel that keeps its switches as the real one does.
struct DebugSwitchTests {
  static let proc = "/proc/dynamic_debug/control"
  static let debugfs = "/sys/kernel/debug/dynamic_debug/control"

  /// The kernel's file with two call sites of toa.ko that have these flags, and others' that print.
  static func control(_ first: String = "=_", _ second: String = "=_") -> String {
    """
    # filename:lineno [module]function flags format
    net/ipv4/tcp.c:12 [tcp]tcp_say =p "toa [toa]x =p is not meant"
    drivers/toad.c:3 [toad]toad_say =p "croak\\012"
    hooks.c:70 [toa]toa_note \(first) "from %pISpc: option %u/%u, client %pISpc, verdict %s\\012"
    hooks.c:75 [toa]toa_note_bad \(second) "from %pISpc: option %u/%u, verdict malformed\\012"

    """
  }

  let host: DoctorHost
  let transcript = Transcript()

  init() throws {
    host = try DoctorHost()
    try host.tree.write(Self.proc, Self.control())
  }

  /// The switch; the kernel obeys unless it is told to refuse or to ignore what is written.
  private func debug(
    on host: DoctorHost? = nil, errno: Int32? = nil, obeys: Bool = true, user: UInt32 = 0
  ) -> DebugSwitch {
    let tree = (host ?? self.host).tree
    var system = (host ?? self.host).whole.with(transcript)
    system.identity.userID = user
    return DebugSwitch(system, Console(system.terminal)) { path, order throws(FileError) in
      if let errno { throw FileError(operation: "write", path: path, errno: errno) }
      guard obeys else { return }
      let flags = ["module toa +p\n": "=p", "module toa -p\n": "=_"][order] ?? "=?"
      do { try tree.write(path, Self.control(flags, flags)) } catch { Issue.record("\(error)") }
    }
  }

  private func failure(_ debug: DebugSwitch, _ action: Bool? = true) async -> ToaError? {
    do throws(ToaError) {
      if let action { _ = try await debug.set(action, dryRun: false) } else { _ = try await debug.show() }
      return nil
    } catch {
      return error
    }
  }

  @Test func `only the module's own call sites are counted, with whatever other flags`() throws {
    for (flags, on) in [(("=_", "=_"), 0), (("=p", "=_"), 1), (("=pmflt", "=p"), 2), (("=mflt", "=_"), 0)] {
      try host.tree.write(Self.proc, Self.control(flags.0, flags.1))
      let lines = try DebugLines.read(host.tree.root)
      #expect(lines == DebugLines(path: Self.proc, sites: 2, on: on))
    }
  }

  @Test func `on says where to read and how to stop, once more when it is on already`() async throws {
    let first = try await debug().set(true, dryRun: false)
    #expect(first.on && first.changed && first.sitesOn == 2 && first.sites == 2 && first.path == Self.proc)
    let again = try await debug().set(true, dryRun: false)
    #expect(again.on && !again.changed)
    let how = "  read:  dmesg -w, or journalctl -k -f\n  stop:  toa debug off\n"
    #expect(
      transcript.err == "  # echo 'module toa +p' > \(Self.proc)\nThe debug lines of toa.ko are on, at 2 call sites.\n"
        + how + "The debug lines of toa.ko are on already; nothing to do.\n" + how)
    #expect(transcript.out == "")
  }

  @Test func `off switches all of them off, also where only some are on`() async throws {
    try host.tree.write(Self.proc, Self.control("=p", "=_"))
    let document = try await debug().set(false, dryRun: false)
    #expect(!document.on && document.changed && document.sitesOn == 0)
    let again = try await debug().set(false, dryRun: false)
    #expect(!again.on && !again.changed)
    #expect(
      transcript.err == """
          # echo 'module toa -p' > \(Self.proc)
        The debug lines of toa.ko are off.
        The debug lines of toa.ko are off already; nothing to do.

        """)
  }

  @Test func `--dry-run prints the command and writes nothing`() async throws {
    let document = try await debug(errno: EIO).set(true, dryRun: true)
    #expect(!document.on && !document.changed)
    #expect(transcript.err == "  # echo 'module toa +p' > \(Self.proc)\n")
  }

  @Test func `status tells how many are on`() async throws {
    #expect(try await debug().show().on == false)
    try host.tree.write(Self.proc, Self.control("=p", "=_"))
    let document = try await debug().show()
    #expect(document.on && !document.changed && document.sitesOn == 1 && document.sites == 2)
    #expect(
      transcript.out == "debug lines are off: 2 call sites\ndebug lines are on: 1 of 2 call sites\n")
  }

  @Test func `kernels before 5.7 have the file in debugfs only`() async throws {
    try host.tree.remove(Self.proc)
    try host.tree.write(Self.debugfs, Self.control())
    #expect(try await debug().set(true, dryRun: false).path == Self.debugfs)
    #expect(try DebugLines.read(host.tree.root) == DebugLines(path: Self.debugfs, sites: 2, on: 2))
  }

  @Test func `where nothing can be switched the error says why, and what to do`() async throws {
    func expect(_ error: ToaError?, _ status: ToaKit.ExitStatus, _ why: String, _ next: String) {
      #expect(error?.status == status && error?.why.contains(why) == true, "\(String(describing: error))")
      #expect(error?.next.contains { $0.contains(next) } == true, "\(String(describing: error))")
    }
    for action in [true, false, nil] as [Bool?] {
      expect(await failure(debug(on: try DoctorHost(.installed)), action), .notApplicable, "not loaded", "toa load")
      expect(await failure(debug(on: try DoctorHost(.ebpf)), action), .notApplicable, "eBPF", "toa stats")
      let foreign = try DoctorHost(
        changes: ["/sys/module/toa/parameters/trusted": nil, "/sys/module/toa/parameters/hook": nil])
      #expect(await failure(debug(on: foreign), action)?.status == .conflict)
    }
    expect(await failure(debug(obeys: false)), .unexpected, "0 of 2 call sites", "grep")
    expect(await failure(debug(errno: EACCES, user: 1000)), .refused, "Permission denied", "sudo toa debug on")
    expect(await failure(debug(errno: EPERM), true), .refused, "lockdown", "toa doctor")
    expect(await failure(debug(errno: EIO)), .unexpected, "Input/output", "toa doctor")
  }

  @Test func `a kernel without dynamic debug is told from one that hides it`() async throws {
    try host.tree.write(Self.proc, "# filename:lineno [module]function flags format\n")
    let none = try #require(await failure(debug(), nil))
    #expect(none.status == .notApplicable && none.what == "toa.ko 0.1.0 has no debug lines")
    try host.tree.remove(Self.proc)
    let without = try #require(await failure(debug()))
    #expect(without.status == .notApplicable && without.why.contains("built without dynamic debug"))
    #expect(await failure(debug(user: 1000))?.next == ["sudo toa debug status"])
    try host.tree.write(DoctorHost.config, "CONFIG_DYNAMIC_DEBUG=y\n")
    #expect(await failure(debug())?.next.first == "mount -t debugfs debugfs /sys/kernel/debug")
    try host.tree.write("/sys/kernel/debug/tracing/trace", "")
    #expect(await failure(debug())?.next.first == "toa stats")
    try host.tree.write(Self.proc + "/", "")
    #expect(await failure(debug())?.why == "Is a directory")
  }
}
