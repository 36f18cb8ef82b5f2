// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing
import ToaKit

@Suite struct DoctorEnvironmentTests {
  @Test(arguments: environment + kernel) func `a check of the environment or the kernel finds`(_ situation: Situation)
    async throws
  {
    try await situation.verify()
  }

  private static func with(_ identity: Identity) -> @Sendable (inout DoctorHost) -> Void {
    { $0.system = $0.system.with(identity) }
  }

  private static func answering(_ errno: Int32) -> @Sendable (inout DoctorHost) -> Void {
    { $0.system = $0.system.with(moduleLoading: errno) }
  }

  private static let release = DoctorHost.release
  private static let user = Identity(kernelRelease: release, machine: "x86_64", userID: 1000, capabilities: 0)
  private static let weakRoot = Identity(kernelRelease: release, machine: "x86_64", capabilities: 0xa804_25fb)
  private static let riscv = Identity(kernelRelease: release, machine: "riscv64")
  private static let docker: [String: String?] = ["/.dockerenv": ""]
  private static let noModules: [String: String?] = ["/.dockerenv": "", "/proc/vz/": ""]

  static let environment: [Situation] = [
    Situation("ENV01", .ok, "x86_64", says: "x86_64"),
    Situation("ENV01", .error, "another processor", says: "riscv64", .bare, [:], with(riscv)),
    Situation("ENV02", .ok, "root"),
    Situation("ENV02", .skipped, "a plain user", says: "not root", fix: "sudo", .bare, [:], with(user)),
    Situation("ENV02", .info, "root of a container", says: "CAP_SYS_MODULE", .bare, [:], with(weakRoot)),
    Situation("ENV03", .ok, "EBADF", .bare),
    Situation("ENV03", .error, "ENOSYS", says: "CONFIG_MODULES", fix: "toa install", .bare, [:], answering(ENOSYS)),
    Situation("ENV03", .skipped, "EPERM for a plain user", says: "only root", .bare, [:]) {
      $0.system = $0.system.with(moduleLoading: EPERM).with(user)
    },
    Situation(
      "ENV03", .skipped, "EPERM of modules_disabled", says: "SIG04", .bare,
      ["/proc/sys/kernel/modules_disabled": "1\n"], answering(EPERM)),
    Situation("ENV03", .error, "EPERM of a filter", says: "seccomp", .bare, [:], answering(EPERM)),
    Situation("ENV03", .info, "an answer that is not known", .bare, [:], answering(EIO)),
    Situation("ENV04", .ok, "a host"),
    Situation("ENV04", .error, "a container", says: "docker", fix: "on the host", .bare, docker),
    Situation("ENV04", .info, "a container on a host with toa", says: "has toa.ko", .loaded, docker),
    Situation(
      "ENV04", .info, "a container on a kernel without modules", says: "ENV03", .bare, docker, answering(ENOSYS)),
    Situation("ENV05", .ok, "the distribution's kernel"),
    Situation("ENV05", .error, "OpenVZ", says: "OpenVZ", .bare, ["/proc/vz/": ""]),
    Situation(
      "ENV05", .error, "gVisor", says: "gVisor", .bare,
      ["/proc/version": "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016\n"]),
    Situation(
      "ENV05", .warning, "WSL", says: "WSL", fix: "toa build", .bare,
      ["/proc/version": "Linux version 5.15.1-microsoft-standard-WSL2\n"]),
    Situation("ENV05", .info, "a microVM without modules", .bare, noModules, answering(ENOSYS)),
    Situation("ENV06", .ok, "an ordinary system"),
    Situation("ENV06", .error, "ostree", says: "ostree", fix: "rpm-ostree", .bare, ["/run/ostree-booted": ""]),
    Situation("ENV06", .info, "ostree with a module", says: "ostree", .loaded, ["/run/ostree-booted": ""]),
    Situation(
      "ENV06", .warning, "ostree with a kernel that takes eBPF", fix: "toa load --backend ebpf", .able,
      ["/run/ostree-booted": ""]),
    Situation("ENV06", .info, "ostree with eBPF at work", .ebpf, ["/run/ostree-booted": ""]),
    Situation("ENV08", .ok, "nobody at work", .bare, ["/run/toa.lock": ""]),
    Situation("ENV08", .warning, "another toa at work", says: "another toa", .bare, ["/run/toa.lock": ""]) { host in
      var status = stat()
      stat(host.tree.root.locate("/run/toa.lock") ?? "", &status)
      let device = (status.st_dev >> 8 & 0xfff, status.st_dev & 0xff)
      let numbers = [device.0, device.1].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
      try? host.tree.write("/proc/locks", "1: FLOCK  ADVISORY  WRITE 4711 \(numbers):\(status.st_ino) 0 EOF\n")
    },
    Situation(
      "ENV08", .warning, "a package manager at work", says: "would have to wait", .bare,
      ["/var/lib/dnf/rpmdb_lock.pid": "4711\n", "/proc/4711/": ""]),
    Situation(
      "ENV08", .info, "the same with a module", .loaded, ["/var/lib/dnf/rpmdb_lock.pid": "4711\n", "/proc/4711/": ""]),
    Situation("ENV09", .ok, "room", says: "MiB"),
    Situation("ENV09", .skipped, "no such folders", .bare, ["/var/lib": nil, "/lib": nil, "/var/lib/": nil]),
    Situation("ENV09", .ok, "room for eBPF without modules", says: "MiB", .able, ["/lib": nil], answering(ENOSYS)),
  ]

  private static let two: [String: String?] = [
    "/lib/modules/6.1.0-57-cloud-amd64/modules.dep": "kernel/a.ko:\n", "/boot/vmlinuz-6.1.0-57-cloud-amd64": "",
  ]
  private static let twoCovered = two.merging([
    "/lib/modules/6.1.0-57-cloud-amd64/modules.dep": "updates/toa.ko:\n"
  ]) { $1 }
  private static let older: [String: String?] = [
    "/lib/modules/6.1.0-55-cloud-amd64/modules.dep": "kernel/a.ko:\n", "/boot/vmlinuz-6.1.0-55-cloud-amd64": "",
  ]
  private static let noConfig: [String: String?] = [
    DoctorHost.config: nil, "\(DoctorHost.headers)/include/config/auto.conf": nil,
  ]
  private static func config(_ text: String) -> [String: String?] { [DoctorHost.config: text] }
  private static let tls = "kernel/net/tls/tls.ko:\n"

  static let kernel: [Situation] = [
    Situation("KRN01", .info, "a Debian kernel", says: "from linux-image-\(release) 6.1.192-1"),
    Situation("KRN02", .ok, "Debian", says: "vanilla"),
    Situation("KRN02", .info, "no sign at all", .bare, ["/etc/os-release": nil, "/var/lib/dpkg/status": nil]) { host in
      try? host.tree.remove("/boot")
      host.system = host.system.with(Identity(kernelRelease: "6.1.0", machine: "x86_64"))
      try? host.tree.write("/proc/sys/kernel/osrelease", "6.1.0")
    },
    Situation(
      "KRN02", .warning, "a Debian kernel on TencentOS", says: "not every sign", fix: "vmlinuz", .bare,
      ["/etc/tencentos-release": "TencentOS Server 3.1\n"]),
    Situation("KRN03", .ok, "no toa in the kernel"),
    Situation(
      "KRN03", .info, "a toa that comes with the kernel", fix: "modprobe toa", .bare,
      ["\(DoctorHost.modules)/modules.dep": "kernel/net/toa/toa.ko:\n"]),
    Situation(
      "KRN03", .info, "a toa that is built in", says: "built into", .bare,
      ["\(DoctorHost.modules)/modules.builtin": "kernel/net/toa/toa.ko\n"]),
    Situation("KRN05", .ok, "one kernel"),
    Situation("KRN05", .info, "a newer kernel, no toa", says: "6.1.0-57", fix: "reboot", .bare, two),
    Situation("KRN05", .info, "a newer kernel with toa", says: "has a toa.ko", .loaded, twoCovered),
    Situation("KRN05", .info, "a newer kernel without toa", says: "PER08", .loaded, two),
    Situation("KRN05", .skipped, "no kernel below /lib/modules", .bare, ["/lib": nil], { try? $0.tree.remove("/lib") }),
    Situation("KRN06", .ok, "one kernel with toa"),
    Situation("KRN06", .info, "toa for none", .bare),
    Situation("KRN06", .info, "only the newest without toa", says: "PER08", .loaded, two),
    Situation(
      "KRN06", .warning, "an older kernel without toa", says: "6.1.0-55", fix: "6.1.0-55-cloud-amd64", .loaded, older),
    Situation("KRN06", .skipped, "a container", says: "ENV04", .bare, docker),
    Situation("KRN07", .ok, "both options"),
    Situation("KRN07", .error, "no modules", .bare, config("CONFIG_SMP=y\n")),
    Situation("KRN07", .warning, "no unloading", .bare, config("CONFIG_MODULES=y\n")),
    Situation("KRN07", .skipped, "no configuration", .bare, noConfig),
    Situation("KRN07", .skipped, "no modules at all", says: "ENV03", .bare, [:], answering(ENOSYS)),
    Situation("KRN10", .ok, "ftrace", says: "ftrace", .bare),
    Situation("KRN10", .ok, "ftrace in use", says: "in use"),
    Situation(
      "KRN10", .error, "ftrace switched off", fix: "sysctl kernel.ftrace_enabled=1", .loaded,
      ["/proc/sys/kernel/ftrace_enabled": "0\n"]),
    Situation("KRN10", .info, "return probes only", .bare, config("CONFIG_KRETPROBES=y\n")),
    Situation("KRN10", .error, "neither", .bare, config("# CONFIG_KPROBES is not set\n")),
    Situation("KRN10", .skipped, "a configuration that says nothing", .bare, config("CONFIG_MODULES=y\n")),
    Situation("KRN10", .skipped, "no configuration", .bare, noConfig),
    Situation("KRN11", .ok, "a processor without it"),
    Situation("KRN11", .info, "in use", says: "safe", .loaded, ["/proc/cpuinfo": "flags\t: fpu ibt\n"]),
    Situation(
      "KRN11", .ok, "switched off", .loaded, ["/proc/cpuinfo": "flags\t: fpu ibt\n", "/proc/cmdline": "ibt=off\n"]),
    Situation("KRN15", .ok, "none", says: "none", .bare),
    Situation("KRN15", .ok, "an unsigned module from outside", says: "OE, nothing bad"),
    Situation("KRN15", .warning, "an oops", says: "D", fix: "dmesg", .bare, ["/proc/sys/kernel/tainted": "128\n"]),
    Situation("KRN15", .warning, "a forced module", says: "F", .bare, ["/proc/sys/kernel/tainted": "2\n"]),
    Situation("KRN15", .skipped, "no such file", .bare, ["/proc/sys/kernel/tainted": nil]),
  ]
}
