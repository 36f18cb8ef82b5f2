// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing
import ToaKit

/// Checks of the clock and of what a kernel was built and patched with.
@Suite struct DoctorKernelTests {
  @Test(arguments: clock + versions + probes + hardening + patches) func `a check of clock or kernel finds`(
    _ situation: Situation
  ) async throws {
    try await situation.verify()
  }

  private static let release = DoctorHost.release
  private static let tree = DoctorHost.headers
  private static let noSystemCall: @Sendable (inout DoctorHost) -> Void = {
    $0.system = $0.system.with(moduleLoading: ENOSYS)
  }
  private static let missing: [String: String?] = ["\(DoctorHost.modules)/build": nil]
  private static func config(_ text: String) -> [String: String?] { [DoctorHost.config: text] }

  private static func behind(_ seconds: Int64) -> @Sendable (inout DoctorHost) -> Void {
    { $0.system = $0.system.with(now: Int64(time(nil)) - seconds) }
  }
  static let clock: [Situation] = [
    Situation("ENV10", .ok, "a clock that is right"),
    Situation("ENV10", .ok, "a file of a minute later", .bare, [:], behind(60)),
    Situation("ENV10", .warning, "minutes behind", says: "minutes", fix: "timedatectl", .bare, [:], behind(3600)),
    Situation("ENV10", .warning, "years behind", says: "hours", .bare, [:], behind(2 * 365 * 86400)),
    Situation(
      "ENV10", .skipped, "no files to compare with", .bare,
      ["/etc/os-release": nil, "/lib": nil, "/usr/src": nil, "/var/lib/dpkg": nil]
    ) { try? $0.tree.remove("/lib") },
  ]

  private static func kernel(_ release: String) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      host.system = host.system.with(Identity(kernelRelease: release, machine: "x86_64"))
      try? host.tree.write("/proc/sys/kernel/osrelease", release + "\n")
      try? host.tree.write("/lib/modules/\(release)/modules.dep", "kernel/a.ko:\n")
    }
  }
  static let versions: [Situation] = [
    Situation("KRN04", .ok, "a tested kernel", says: "6.1.0"),
    Situation("KRN04", .info, "RHEL 7", says: "not tested", .bare, [:], kernel("3.10.0-1160.el7.x86_64")),
    Situation("KRN04", .error, "RHEL 5", says: "older", fix: "newer kernel", .bare, [:], kernel("2.6.18-8.el5")),
    Situation(
      "KRN04", .warning, "a kernel of tomorrow", says: "newer", fix: "toa install", .bare, [:], kernel("8.0.1")),
    Situation("KRN04", .info, "a kernel of tomorrow that takes eBPF", says: "eBPF", .able, [:], kernel("8.0.1")),
    Situation("KRN04", .info, "a kernel of tomorrow with toa.ko", says: "APP01", .loaded, [:], kernel("8.0.1")),
    Situation("KRN04", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
  ]

  private static let probing = ["/sys/module/toa/parameters/hook": "kretprobe\n"]
  private static func probing(_ changes: [String: String]) -> [String: String?] {
    probing.merging(changes) { $1 }.mapValues { $0 }
  }
  private static let table = "ffffffff81000000 T start_kernel\nffffffff81000100 t inet_getname\n"
  static let probes: [Situation] = [
    Situation("KRN09", .ok, "a module that redirects", says: "none"),
    Situation(
      "KRN09", .ok, "probes that are armed", says: "yes", .loaded, probing(["/sys/kernel/debug/kprobes/enabled": "1\n"])
    ),
    Situation(
      "KRN09", .error, "probes that are switched off", says: "sees nothing", fix: "echo 1 >", .loaded,
      probing(["/sys/kernel/debug/kprobes/enabled": "0\n"])),
    Situation("KRN09", .skipped, "no debugfs", says: "debugfs", .loaded, probing([:])),
    Situation("KRN09", .skipped, "no module", says: "MOD01", .installed),
    Situation("KRN13", .ok, "a loaded module", says: "has found them"),
    Situation("KRN13", .skipped, "no table of symbols", .bare),
    Situation(
      "KRN13", .skipped, "a file that says where the table is", .bare,
      ["/boot/System.map-\(release)": "ffffffffffffffff B The real System.map is in a package\n"]),
    Situation(
      "KRN13", .ok, "IPv4 and IPv6", says: "all", .bare,
      [
        "/proc/kallsyms": table
          + "ffffffff81000200 T tcp_v4_syn_recv_sock\nffffffff81000300 t tcp_v6_syn_recv_sock\t[ipv6]\n"
          + "ffffffff81000400 T inet6_getname\t[ipv6]\n"
      ]),
    Situation(
      "KRN13", .ok, "no IPv6, and a suffix of the linker", says: "IPv4", .bare,
      ["/boot/System.map-\(release)": table + "ffffffff81000200 t tcp_v4_syn_recv_sock.llvm.42\n"]),
    Situation(
      "KRN13", .error, "a kernel without the function", says: "tcp_v4_syn_recv_sock", fix: "own kernel", .bare,
      ["/proc/kallsyms": table + "ffffffff81000200 T tcp_v4_syn_recv_sock_other\n"]),
    Situation("KRN13", .skipped, "a kernel without modules", says: "ENV03", .bare, [:], noSystemCall),
  ]

  private static let random = DoctorHost.options + "CONFIG_RANDSTRUCT_FULL=y\n"
  static let hardening: [Situation] = [
    Situation("KRN12", .ok, "a kernel without it"),
    Situation("KRN12", .error, "no seed and no module", says: "maker", fix: "--out DIR", .bare, config(random)),
    Situation("KRN12", .warning, "no seed, with a module", .loaded, config(random)),
    Situation(
      "KRN12", .ok, "headers with the seed", says: "seed", .bare,
      [DoctorHost.config: random, "\(tree)/scripts/basic/randstruct.seed": "x"]),
    Situation("KRN12", .skipped, "no headers", says: "HDR01", .bare, missing),
    Situation(
      "KRN12", .skipped, "no configuration", .bare,
      [DoctorHost.config: nil, "\(tree)/include/config/auto.conf": nil]),
    Situation("KRN14", .ok, "a kernel that protects itself"),
    Situation(
      "KRN14", .info, "rodata=off of a guide", says: "does not need", fix: "rodata=off", .loaded,
      ["/proc/cmdline": "quiet rodata=off\n"]),
    Situation("KRN14", .info, "a kernel without protection", .bare, config("# CONFIG_STRICT_KERNEL_RWX is not set\n")),
    Situation(
      "KRN14", .skipped, "no configuration", .bare,
      [DoctorHost.config: nil, "\(tree)/include/config/auto.conf": nil]),
  ]

  private static let patch = "/sys/kernel/livepatch/fix_cve/vmlinux"
  private static let patched: [String: String?] = ["\(patch)/tcp_v4_syn_recv_sock,1/": ""]
  static let patches: [Situation] = [
    Situation("KRN16", .ok, "none"),
    Situation("KRN16", .ok, "a patch of something else", says: "fix_cve", .bare, ["\(patch)/ext4_write,1/": ""]),
    Situation(
      "KRN16", .warning, "a patch of a function", says: "return probes", fix: "toa install", .bare,
      patched.merging(config(DoctorHost.options + "CONFIG_KRETPROBES=y\n")) { $1 }),
    Situation("KRN16", .error, "the same without return probes", fix: "ebpf", .bare, patched),
    Situation("KRN16", .info, "the same with toa.ko at work", says: "beside", .loaded, patched),
    Situation("KRN16", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
  ]
}
