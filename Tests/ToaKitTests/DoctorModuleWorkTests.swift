// SPDX-License-Identifier: Apache-2.0
import Testing
import ToaKit

/// What doctor says of a loaded module at its work.
@Suite struct DoctorModuleWorkTests {
  @Test(arguments: debug + socketCalls + swallowed + hooks) func `a check of the loaded module's work finds`(
    _ situation: Situation
  ) async throws {
    try await situation.verify()
  }

  private static func debugLines(_ flags: String) -> [String: String?] {
    ["/proc/dynamic_debug/control": "# filename\na.c:1 [toa]say \(flags) \"x\"\nb.c:2 [toa]tell =_ \"y\"\n"]
  }

  static let debug: [Situation] = [
    Situation("MOD16", .ok, "off", says: "off", .loaded, debugLines("=_")),
    Situation("MOD16", .info, "left on", says: "on", fix: "toa debug off", .loaded, debugLines("=p")),
    Situation(
      "MOD16", .skipped, "a kernel without dynamic debug", says: "none to switch", .loaded, ["/proc/dynamic_debug": nil]
    ),
    Situation(
      "MOD16", .skipped, "a module without debug lines", says: "none to switch", .loaded,
      ["/proc/dynamic_debug/control": "# filename\n"]),
    Situation("MOD16", .skipped, "not loaded", says: "MOD01", .installed),
  ]

  private static func parameters(_ profile: String?, _ getsockopt: String?) -> [String: String?] {
    [
      "/sys/module/toa/parameters/profile": profile.map { $0 + "\n" },
      "/sys/module/toa/parameters/getsockopt": getsockopt.map { $0 + "\n" },
    ]
  }

  static let socketCalls: [Situation] = [
    Situation("MOD17", .ok, "both", says: "4096 and 1345 answered"),
    Situation("MOD17", .ok, "none wanted", says: "none is in", .loaded, parameters("ucloud", "none")),
    Situation("MOD17", .ok, "one wanted", says: "4096 answered", .loaded, parameters("dpvs", "4096")),
    Situation(
      "MOD17", .warning, "one that is not answered", says: "1345 belongs to another module",
      fix: "toa install --profile default,-1345", .loaded, parameters("default", "4096")),
    Situation(
      "MOD17", .warning, "one that a known module has", says: "1345 belongs to ttm", fix: "rmmod ttm && toa unload",
      .loaded,
      parameters("254/8 1345", "none").merging([
        "/proc/modules": "ttm 40960 0 - Live 0x0 (OE)\ntoa 40960 0 - Live 0x0 (OE)\n"
      ]) { $1 }),
    Situation(
      "MOD17", .warning, "neither answered", says: "4096 and 1345 belong to",
      fix: "toa install --profile default,late,-4096,-1345", .loaded, parameters("default late", "none")),
    Situation("MOD17", .skipped, "a module without profiles", says: "MOD02", .loaded, parameters(nil, nil)),
    Situation("MOD17", .skipped, "a profile of later times", says: "does not know", .loaded, parameters("new", "4096")),
    Situation("MOD17", .skipped, "not loaded", says: "MOD01", .installed),
  ]

  private static func counting(_ stats: String?, _ profile: String = "default") -> [String: String?] {
    ["/proc/net/toa_stats": stats, "/sys/module/toa/parameters/profile": profile + "\n"]
  }

  static let swallowed: [Situation] = [
    Situation("MOD18", .ok, "none lost", says: "none"),
    Situation(
      "MOD18", .warning, "one lost", says: "1 connection without", fix: "toa install --profile default,deferred",
      .loaded,
      counting(DoctorHost.stats(lost: 1))),
    Situation(
      "MOD18", .warning, "some lost with a profile of words", says: "7 connections without",
      fix: "until the next boot: toa load --profile lvs,-syn,deferred", .loaded,
      counting(DoctorHost.stats(lost: 7), "lvs, -syn")),
    Situation(
      "MOD18", .info, "lost before the profile was changed", says: "the profile has `deferred`", .loaded,
      counting(DoctorHost.stats(lost: 7, deferred: 2), "default deferred")),
    Situation("MOD18", .skipped, "counters that do not tell", .loaded, counting("CPU0\nuntrusted: 1\n")),
    Situation("MOD18", .skipped, "a module without profiles", says: "MOD02", .loaded, parameters(nil, nil)),
    Situation("MOD18", .skipped, "not loaded", says: "MOD01", .installed),
  ]

  private static func kretprobe(_ more: [String: String?] = [:], missed: Int = 0) -> [String: String?] {
    [
      "/sys/module/toa/parameters/hook": "kretprobe\n", "/proc/net/toa_stats": DoctorHost.stats(missed: missed),
    ].merging(more) { $1 }
  }
  private static let noRedirection: [String: String?] = [DoctorHost.config: "CONFIG_MODULES=y\nCONFIG_KRETPROBES=y\n"]
  private static let asked: [String: String?] = [
    "/etc/modprobe.d/local.conf": "options toa trusted=any hook=kretprobe\n"
  ]
  private static let patched: [String: String?] = ["/sys/kernel/livepatch/klp_fix/enabled": "1\n"]
  private static let off = "/proc/sys/kernel/ftrace_enabled"

  static let hooks: [Situation] = [
    Situation("MOD20", .ok, "ftrace", says: "ftrace"),
    Situation(
      "MOD20", .ok, "return probes where there is nothing else", says: "no redirection", .loaded,
      kretprobe(noRedirection)),
    Situation(
      "MOD20", .warning, "return probes without need", says: "although", fix: "toa unload && toa load", .loaded,
      kretprobe()),
    Situation(
      "MOD20", .info, "return probes on request", says: "modprobe.d asks", fix: "out of /etc/modprobe.d/local.conf",
      .loaded, kretprobe(asked)),
    Situation("MOD20", .info, "return probes beside a live patch", says: "live patch", .loaded, kretprobe(patched)),
    Situation(
      "MOD20", .warning, "calls unseen where ftrace would do", says: "3 calls went unseen",
      fix: "toa unload && toa load",
      .loaded, kretprobe(missed: 3)),
    Situation(
      "MOD20", .warning, "a call unseen beside a live patch", says: "1 call went unseen", fix: "report it", .loaded,
      kretprobe(patched, missed: 1)),
    Situation(
      "MOD20", .warning, "calls unseen where eBPF would do", fix: "toa install --backend ebpf", .loaded,
      kretprobe(noRedirection, missed: 1)
    ) { $0.bpf = .able() },
    Situation("MOD20", .skipped, "not loaded", says: "MOD01", .installed),
    Situation(
      "KRN10", .error, "redirections that are switched off under a loaded module", says: "sees nothing",
      fix: "sysctl kernel.ftrace_enabled=1", .loaded, [off: "0\n"]),
    Situation(
      "KRN10", .error, "return probes that are made with ftrace", says: "sees nothing", .loaded,
      kretprobe([off: "0\n", DoctorHost.config: "CONFIG_MODULES=y\nCONFIG_KPROBES_ON_FTRACE=y\n"])),
    Situation(
      "KRN10", .ok, "return probes that are made without", says: "kretprobe, in use", .loaded,
      kretprobe([off: "0\n", DoctorHost.config: "CONFIG_MODULES=y\n# CONFIG_KPROBES_ON_FTRACE is not set\n"])),
  ]
}
