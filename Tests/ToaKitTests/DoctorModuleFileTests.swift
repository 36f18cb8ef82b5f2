// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Kmod
import Testing

@testable import ToaKit

/// Checks of what the module's file needs, where it comes from, and of its hooks.
@Suite struct DoctorModuleFileTests {
  @Test(arguments: symbols + files + hooks + boot) func `a check of the module's file finds`(
    _ situation: Situation
  ) async throws {
    try await situation.verify()
  }

  private static let release = DoctorHost.release
  private static let modules = DoctorHost.modules
  private static func needs(_ symbols: ModuleSymbol...) -> @Sendable (inout DoctorHost) -> Void {
    { $0.symbols = symbols }
  }
  private static let otherBuild: @Sendable (inout DoctorHost) -> Void = {
    $0.information["srcversion"] = "DEF"
    $0.symbols = [ModuleSymbol(name: "printk", checksum: 9), ModuleSymbol(name: "gone")]
  }

  static let symbols: [Situation] = [
    Situation("MOD05", .ok, "a loaded module", says: "has loaded it"),
    Situation("MOD05", .ok, "the right checksums", says: "1 are those", .installed),
    Situation(
      "MOD05", .error, "a checksum of another build", says: "1 of 1", fix: "toa install", .installed, [:],
      needs(ModuleSymbol(name: "printk", checksum: 9))),
    Situation("MOD05", .warning, "the same while another build is loaded", .loaded, [:], otherBuild),
    Situation(
      "MOD05", .ok, "a kernel without them", says: "none", .installed, [DoctorHost.config: "CONFIG_MODULES=y\n"],
      needs(ModuleSymbol(name: "printk", checksum: 9))),
    Situation("MOD05", .skipped, "no module", .bare),
    Situation(
      "MOD05", .skipped, "no headers", says: "HDR04", .installed, ["\(DoctorHost.headers)/Module.symvers": nil]),
    Situation("MOD05", .skipped, "a file for another kernel", says: "MOD04", .installed, [:]) {
      $0.information["vermagic"] = "6.1.0-1-amd64 SMP"
    },
    Situation("MOD06", .ok, "what is exported", says: "all 1", .installed),
    Situation(
      "MOD06", .error, "a function that is not exported", says: "kallsyms_lookup_name", fix: "toa install", .installed,
      [:],
      needs(ModuleSymbol(name: "printk", checksum: 1), ModuleSymbol(name: "kallsyms_lookup_name"))),
    Situation(
      "MOD06", .ok, "one without which it does", .installed, [:],
      needs(ModuleSymbol(name: "printk", checksum: 1), ModuleSymbol(name: "perhaps", isWeak: true))),
    Situation("MOD06", .warning, "the same while another build is loaded", .loaded, [:], otherBuild),
    Situation("MOD06", .skipped, "no module", .bare),
  ]

  private static let link = "\(modules)/weak-updates/toa/toa.ko"
  private static let weak: [String: String?] = [
    link: "-> /lib/modules/6.1.0-1-cloud-amd64/extra/toa/toa.ko",
    "/lib/modules/6.1.0-1-cloud-amd64/extra/toa/toa.ko": "", DoctorHost.module: nil,
    "\(modules)/modules.dep": "weak-updates/toa/toa.ko:\n",
  ]
  private static let taken: @Sendable (inout DoctorHost) -> Void = { host in
    host.files = ["toa \(release)": link]
    host.moreInformation[link] = ["vermagic": "6.1.0-1-cloud-amd64 SMP"]
  }
  private static let built = DoctorHost.package(
    "toa-modules-\(release)", "0.0.9-1", "Toa-Source-Sha256: \(String(repeating: "f", count: 64))\n")

  static let files: [Situation] = [
    Situation("MOD09", .ok, "a module of its own"),
    Situation("MOD09", .skipped, "no module", says: "MOD01", .bare),
    Situation(
      "MOD09", .error, "a link to another kernel's", says: "weak-updates", fix: "rm \(link)", .installed, weak, taken),
    Situation(
      "MOD09", .warning, "a link beside the right one", says: "is a link", .loaded,
      weak.filter { $0.key == link || $0.key.hasPrefix("/lib/modules/6.1.0-1") }),
    Situation("MOD04", .skipped, "a link to another kernel's", says: "MOD09", .installed, weak, taken),
    Situation("MOD09", .skipped, "a kernel without modules", .bare, [:]) {
      $0.system = $0.system.with(moduleLoading: ENOSYS)
    },
    Situation("MOD10", .ok, "the same source", says: "0.1.0-1"),
    Situation(
      "MOD10", .warning, "a package of an earlier toa", says: "0.0.9-1", fix: "toa install", .loaded,
      ["/var/lib/dpkg/status": built]),
    Situation("MOD10", .skipped, "no package", says: "no package", .loaded, ["/var/lib/dpkg/status": ""]),
    Situation("MOD10", .skipped, "no sha256sum", says: "hash", .loaded, [:]) {
      $0.answers["sha256sum -"] = CommandResult(status: 127)
    },
  ]

  private static let list = "/sys/kernel/debug/kprobes/list"
  private static let enabled = "/sys/kernel/tracing/enabled_functions"
  private static func probes(_ text: String?) -> [String: String?] {
    [
      "/sys/module/toa/parameters/hook": "kretprobe\n", list: text, "/proc/sys/net/ipv6": nil,
      "/proc/sys/net/ipv6/": nil,
    ]
  }
  private static func line(_ function: String, _ flags: String = "[FTRACE]") -> String {
    "ffffffff81a3b2c0  r  \(function)+0x0    \(flags)\n"
  }
  static let hooks: [Situation] = [
    Situation("MOD12", .ok, "redirections", says: "4 functions"),
    Situation("MOD12", .skipped, "no tracefs", says: "tracefs", .loaded, [enabled: nil]),
    Situation(
      "MOD12", .error, "a redirection that is gone", says: "tcp_v4_syn_recv_sock", fix: "toa unload && toa load",
      .loaded,
      [enabled: DoctorHost.functions.replacing("tcp_v4_syn", with: "tcp_v9_syn")]),
    Situation(
      "MOD12", .ok, "return probes", says: "2 functions, by kretprobe", .loaded,
      probes(line("inet_getname") + line("tcp_v4_syn_recv_sock"))),
    Situation(
      "MOD12", .error, "a return probe that is disabled", says: "inet_getname", .loaded,
      probes(line("inet_getname", "[DISABLED][FTRACE]") + line("tcp_v4_syn_recv_sock"))),
    Situation("MOD12", .skipped, "no debugfs", says: "debugfs", .loaded, probes(nil)),
    Situation("MOD12", .skipped, "no module", says: "MOD01", .installed),
  ]

  private static let mask = "/etc/systemd/system/systemd-modules-load.service"
  static let boot: [Situation] = [
    Situation("PER03", .ok, "systemd", says: "systemd-modules-load"),
    Situation(
      "PER03", .warning, "a masked service", says: mask, fix: "systemctl unmask", .loaded, [mask: "-> /dev/null"]),
    Situation("PER03", .ok, "another init", says: "start-up", .loaded, ["/run/systemd/system/": nil]),
    Situation(
      "PER03", .skipped, "nothing that loads it", says: "PER01", .loaded, ["/usr/lib/modules-load.d/toa.conf": nil]),
    Situation("PER03", .skipped, "nothing installed", .bare),
  ]
}
