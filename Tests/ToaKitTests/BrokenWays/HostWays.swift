// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Kmod

@testable import ToaKit

/// Ways in which the host itself is broken: its kernel, headers, compiler, policy, files and boot.
extension BrokenWay {
  static let host = surroundings + kernels + inputs + policies + files + atWork + boots + programs

  private static let release = DoctorHost.release
  private static let modules = DoctorHost.modules
  private static let tree = DoctorHost.headers
  private static let next = "6.1.0-57-cloud-amd64"

  /// As after a boot at which toa.ko was not loaded.
  private static func unload(_ host: inout DoctorHost) throws {
    try host.tree.remove("/sys/module/toa")
    try host.tree.remove("/proc/net/toa_stats")
    try host.tree.write("/proc/modules", "")
    host.modules = [:]
  }

  private static let surroundings = [
    BrokenWay(
      "toa is run in a container of the host", from: "vendor document 002: the module is loaded on the host",
      cause: "ENV04"
    ) { host in
      try unload(&host)
      try host.tree.write("/.dockerenv", "")
    },
    BrokenWay("the kernel takes no modules, as in a microVM", from: "installers.md §4 ENV03", cause: "ENV03") { host in
      try unload(&host)
      host.system = host.system.with(moduleLoading: ENOSYS)
    },
    BrokenWay("it is the kernel of WSL", from: "installers.md §4 ENV07", cause: "ENV05") { host in
      try unload(&host)
      host.files = [:]
      try host.tree.remove(DoctorHost.module)
      try host.tree.write("/proc/version", "Linux version 5.15.1-microsoft-standard-WSL2\n")
    },
    BrokenWay("files cannot be changed in place", from: "coreos/rpm-ostree#1091", cause: "ENV06") { host in
      try unload(&host)
      host.files = [:]
      try host.tree.remove(DoctorHost.module)
      try host.tree.write("\(modules)/modules.dep", "kernel/net/tls/tls.ko:\n")
      try host.tree.write("/run/ostree-booted", "")
    },
    BrokenWay("the clock is years behind", from: "installers.md §4 ENV10", cause: "ENV10") { host in
      host.system = host.system.with(now: 1_000_000_000)
    },
  ]

  private static let kernels = [
    BrokenWay(
      "the kernel is not of the maker that the system is",
      from: "vendor document 002: tlinux and vanilla sources differ",
      cause: "KRN02"
    ) { try $0.tree.write("/etc/tencentos-release", "TencentOS Server 3.1\n") },
    BrokenWay("an older kernel has no toa.ko", from: "ublue-os/akmods#381", cause: "KRN06") { host in
      try host.tree.write("/lib/modules/6.1.0-55-cloud-amd64/modules.dep", "kernel/a.ko:\n")
      try host.tree.write("/boot/vmlinuz-6.1.0-55-cloud-amd64", "")
    },
    BrokenWay("kernel.ftrace_enabled is 0", from: "installers.md §4 KRN10", cause: "KRN10", on: .rocky) { host in
      try host.tree.write("/proc/sys/kernel/ftrace_enabled", "0\n")
    },
    BrokenWay("all probes are switched off", from: "installers.md §4 KRN09", cause: "KRN09") { host in
      try host.tree.write("/sys/module/toa/parameters/hook", "kretprobe\n")
      try host.tree.write("/sys/kernel/debug/kprobes/enabled", "0\n")
    },
    BrokenWay("the kernel has had an oops", from: "installers.md §4 KRN15", cause: "KRN15") { host in
      try host.tree.write("/proc/sys/kernel/tainted", "12416\n")
    },
    BrokenWay("a live patch has the function", from: "kernel-hooks.md: IPMODIFY is exclusive", cause: "KRN16") { host in
      try unload(&host)
      try host.tree.write("/sys/kernel/livepatch/fix/vmlinux/tcp_v4_syn_recv_sock,1/", "")
    },
  ]

  private static let inputs = [
    BrokenWay("the headers are not installed", from: "dkms-project/dkms#521", cause: "HDR01") { host in
      try host.tree.remove("\(modules)/build")
    },
    BrokenWay("the link to the headers leads nowhere", from: "installers.md §4 HDR02", cause: "HDR02") { host in
      try host.tree.remove(tree)
    },
    BrokenWay(
      "the headers are of another release", from: "vendor document 001: its Makefile is edited until it compiles",
      cause: "HDR03"
    ) { host in
      try host.tree.write("\(tree)/include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.0-1-cloud-amd64\"\n")
    },
    BrokenWay("Module.symvers is empty", from: "installers.md §4 HDR04", cause: "HDR04") { host in
      try host.tree.write("\(tree)/Module.symvers", "")
    },
    BrokenWay("the headers are those of the real-time kernel", from: "installers.md §4 HDR05", cause: "HDR05") { host in
      try host.tree.write("\(tree)/include/config/auto.conf", DoctorHost.options + "CONFIG_PREEMPT_RT=y\n")
    },
    BrokenWay("helper programs want a newer libc", from: "RemixVSL/iomemory-vsl4#32", cause: "HDR06") { host in
      let place = host.tree.root.locate("\(tree)/scripts/basic/fixdep") ?? ""
      host.answers[place] = CommandResult(status: 1, errorOutput: "version `GLIBC_2.38' not found\n")
    },
    BrokenWay("new kernels come without headers", from: "JeffCurless/argon-oneup#57", cause: "HDR07") { host in
      let status = try host.tree.root.text("/var/lib/dpkg/status")
      try host.tree.write(
        "/var/lib/dpkg/status", status + DoctorHost.package("linux-image-cloud-amd64", "6.1.192-1"))
      for path in [
        "/usr/lib/toa/toa", "/etc/kernel/postinst.d/toa", "/etc/kernel/header_postinst.d/toa",
        "/etc/kernel/prerm.d/toa",
      ] {
        try host.tree.write(path, "")
        try host.tree.root.setMode(path, 0o755)
      }
    },
    BrokenWay("the compiler is of an older series than the kernel's", from: "falcosecurity/falco#3635", cause: "CC03") {
      host in
      host.programs["gcc-12"] = nil
      host.programs["gcc"] = "/usr/bin/gcc"
      host.answers["/usr/bin/gcc --version"] = DoctorHost.says("gcc (Debian 11.3.0-12) 11.3.0\n")
      host.answers["/usr/bin/gcc -dumpfullversion -dumpversion"] = DoctorHost.says("11.3.0\n")
      host.answers["/usr/bin/gcc -dumpmachine"] = DoctorHost.says("x86_64-linux-gnu\n")
    },
    BrokenWay("there is no compiler", from: "falcosecurity/falco#2733", cause: "CC03", on: .rocky) { host in
      host.programs["gcc"] = nil
    },
    BrokenWay("the kernel's plugins are for another build of gcc", from: "CachyOS/linux-cachyos#11", cause: "CC04") {
      host in
      try host.tree.write("\(tree)/scripts/gcc-plugins/latent_entropy_plugin.so", "")
      host.answers["/usr/bin/gcc-12 -dumpfullversion -dumpversion"] = DoctorHost.says("12.3.0\n")
    },
    BrokenWay("the last build failed at a flag", from: "falcosecurity/falco#3524", cause: "CC05") { host in
      try host.tree.write(
        ModuleBuild.logPath(release),
        "gcc-12: error: unrecognized command-line option '-fmin-function-alignment=16'\nmake: *** Error 2\n")
    },
    BrokenWay("the module is built without retpolines", from: "installers.md §4 CC06", cause: "CC06") { host in
      try host.tree.write(DoctorHost.config, DoctorHost.options + "CONFIG_RETPOLINE=y\n")
      try host.tree.write("\(tree)/include/config/auto.conf", DoctorHost.options + "CONFIG_RETPOLINE=y\n")
    },
    BrokenWay("make is not installed", from: "vendor document 002: it has to be installed first", cause: "CC07") {
      host in
      host.programs["make"] = nil
    },
  ]

  private static let policies = [
    BrokenWay("the kernel takes only signed modules", from: "lcp/mokutil#72", cause: "SIG02") { host in
      try unload(&host)
      try host.tree.write("/proc/cmdline", "module.sig_enforce=1\n")
      try host.tree.write("/sys/module/module/parameters/sig_enforce", "Y\n")
    },
    BrokenWay("the kernel is locked down", from: "linux-surface/linux-surface#906", cause: "SIG03", on: .rocky) {
      host in
      try unload(&host)
      try host.tree.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n")
    },
    BrokenWay("loading was switched off until the next boot", from: "installers.md §4 SIG04", cause: "SIG04") { host in
      try unload(&host)
      try host.tree.write("/proc/sys/kernel/modules_disabled", "1\n")
    },
  ]

  private static let files = [
    BrokenWay("toa.ko is installed and nobody loaded it", from: "vendor document 002", cause: "MOD01") { host in
      try unload(&host)
    },
    BrokenWay("another build is loaded than is installed", from: "ucloud-toa, after make install", cause: "MOD02") {
      host in
      host.information["srcversion"] = "DEF"
    },
    BrokenWay("toa.ko was loaded from a home folder", from: "falcosecurity/falco#2574", cause: "MOD02") { host in
      host.files = [:]
      try host.tree.remove(DoctorHost.module)
      try host.tree.write("\(modules)/modules.dep", "kernel/net/tls/tls.ko:\n")
    },
    BrokenWay("toa.ko was copied from another host", from: "vendor document 001", cause: "MOD04") { host in
      try unload(&host)
      host.information["vermagic"] = "6.1.0-1-cloud-amd64 SMP preempt mod_unload modversions"
    },
    BrokenWay("toa.ko has checksums of another build of the kernel", from: "installers.md §4 MOD05", cause: "MOD05") {
      host in
      try unload(&host)
      host.symbols = [ModuleSymbol(name: "printk", checksum: 9)]
    },
    BrokenWay("toa.ko needs a function that is not exported", from: "installers.md §0.2: kallsyms", cause: "MOD06") {
      host in
      try unload(&host)
      host.symbols.append(ModuleSymbol(name: "kallsyms_lookup_name"))
    },
    BrokenWay("depmod did not run", from: "installers.md §0.8: a package without the call", cause: "MOD07") { host in
      try unload(&host)
      host.files = [:]
      try host.tree.write("\(modules)/modules.dep", "kernel/net/tls/tls.ko:\n")
    },
    BrokenWay(
      "a vendor's toa.ko lies in the kernel's folder, too", from: "vendor document 001: net/netfilter/ipvs",
      cause: "MOD08"
    ) { try $0.tree.write("\(modules)/kernel/net/netfilter/ipvs/toa.ko", "") },
    BrokenWay("weak-modules linked another kernel's toa.ko", from: "openzfs/zfs#17165", cause: "MOD09") { host in
      let link = "\(modules)/weak-updates/toa.ko"
      try unload(&host)
      try host.tree.remove(DoctorHost.module)
      try host.tree.write("/lib/modules/6.1.0-1-cloud-amd64/extra/toa.ko", "")
      try host.tree.write(link, "-> /lib/modules/6.1.0-1-cloud-amd64/extra/toa.ko")
      try host.tree.write("\(modules)/modules.dep", "weak-updates/toa.ko:\n")
      host.files = ["toa \(release)": link]
      host.moreInformation[link] = ["vermagic": "6.1.0-1-cloud-amd64 SMP mod_unload"]
    },
    BrokenWay("the module is of an earlier toa", from: "strongtz/i915-sriov-dkms#248", cause: "MOD10") { host in
      host.answers["sha256sum -"] = DoctorHost.says(String(repeating: "f", count: 64) + "  -\n")
    },
    BrokenWay("a package's file was replaced", from: "installers.md §4 MOD19", cause: "MOD19") { host in
      host.answers[DoctorHost.verify] = CommandResult(status: 2, output: "??5??????   \(DoctorHost.module)\n")
    },
  ]

  private static let atWork = [
    BrokenWay("another vendor's TOA is loaded", from: "vendor document 000: kgwttm.ko", cause: "MOD11") { host in
      try unload(&host)
      try host.tree.write("/proc/modules", "kgwttm 40960 3 - Live 0x0 (OE)\n")
    },
    BrokenWay("a module named toa of another maker is loaded", from: "vendor document 002", cause: "MOD11") { host in
      try host.tree.remove("/sys/module/toa/parameters")
    },
    BrokenWay("ftrace gave up the redirections", from: "installers.md §4 MOD12", cause: "MOD12") { host in
      try host.tree.write("/sys/kernel/tracing/enabled_functions", "")
    },
    BrokenWay("the module oopsed", from: "iqiyi/dpvs#484", cause: "MOD13") { host in
      host.answers["dmesg"] = DoctorHost.says(
        DoctorHost.log + "TOA: toa load success\nBUG: kernel NULL pointer dereference\n"
          + "RIP: 0010:toa_getname+0x1/0x2 [toa]\n")
    },
    BrokenWay("a blacklist keeps it from loading", from: "installers.md §4 MOD14", cause: "MOD14") { host in
      try unload(&host)
      try host.tree.write("/etc/modprobe.d/local.conf", "blacklist toa\n")
    },
    BrokenWay("an option is believed from everybody", from: "DESIGN: trusted prefixes", cause: "MOD15", on: .rocky) {
      host in
      try host.tree.write("/sys/module/toa/parameters/trusted", "any\n")
      try host.tree.write("/etc/modprobe.d/toa.conf", "options toa trusted=any\n")
    },
    BrokenWay("return probes miss calls", from: "kernel-hooks.md: maxactive", cause: "MOD20") { host in
      try host.tree.write("/sys/module/toa/parameters/hook", "kretprobe\n")
      try host.tree.write("/proc/net/toa_stats", DoctorHost.stats(missed: 3))
    },
  ]

  private static let boots = [
    BrokenWay("nothing loads toa.ko at the next boot", from: "installers.md §4 PER01", cause: "PER01", on: .rocky) {
      host in
      try host.tree.remove("/usr/lib/modules-load.d/toa.conf")
    },
    BrokenWay("the service that loads modules is masked", from: "installers.md §0.6", cause: "PER03", on: .rocky) {
      host in
      try host.tree.write("/etc/systemd/system/systemd-modules-load.service", "-> /dev/null")
    },
    BrokenWay("rc.local loads a toa.ko of root's", from: "vendor document 001", cause: "PER04") { host in
      try host.tree.write("/etc/rc.local", "#!/bin/sh\ninsmod /root/toa.ko\n")
    },
    BrokenWay("/etc/profile loads a toa.ko", from: "heheliu321's toa", cause: "PER04", on: .rocky) { host in
      try host.tree.write("/etc/profile", "/sbin/insmod /usr/local/toa/toa.ko\n")
    },
    BrokenWay("the initramfs has an older toa.ko", from: "openzfs/zfs#9374", cause: "PER05") { host in
      let image = "/boot/initrd.img-\(release)"
      try host.tree.write(image, "")
      host.programs["lsinitramfs"] = "/usr/bin/lsinitramfs"
      let place = host.tree.root.locate(image) ?? ""
      host.answers["lsinitramfs -l \(place)"] = DoctorHost.says(
        "-rw-r--r--   1 root     root  4096 Nov 21 12:00 usr\(DoctorHost.module)\n")
    },
    BrokenWay("kernel hooks and DKMS both build", from: "installers.md §4 PER06", cause: "PER06") { host in
      try host.tree.write("/usr/lib/toa/toa", "")
      try host.tree.write("/var/lib/dkms/toa/0.1.0/source/main.c", "")
      host.programs["dkms"] = "/usr/sbin/dkms"
      host.answers["dkms status -m toa"] = DoctorHost.says("toa/0.1.0, \(release), x86_64: installed\n")
    },
    BrokenWay("DKMS built it and did not install it", from: "strongtz/i915-sriov-dkms#248", cause: "PER07") { host in
      try host.tree.write("/var/lib/dkms/toa/0.1.0/source/main.c", "")
      host.programs["dkms"] = "/usr/sbin/dkms"
      host.answers["dkms status -m toa"] = DoctorHost.says("toa/0.1.0, \(release), x86_64: built\n")
    },
    BrokenWay("the next boot's kernel has no toa.ko", from: "void-linux/void-packages#5287", cause: "PER08") { host in
      try host.tree.write("/lib/modules/\(next)/modules.dep", "kernel/a.ko:\n")
      try host.tree.write("/boot/vmlinuz-\(next)", "")
    },
  ]

  private static let programs = [
    BrokenWay("the eBPF programs are installed and not loaded", from: "ebpf.md", cause: "BPF07", on: .debianWithBpf) {
      host in
      host.bpf = .able()
    },
    BrokenWay("the service of eBPF is masked", from: "installers.md §0.6", cause: "PER02", on: .debianWithBpf) { host in
      try host.tree.write("/etc/systemd/system/toa-ebpf.service", "-> /dev/null")
    },
    BrokenWay("the kernel refuses the programs", from: "ebpf.md", cause: "BPF02", on: .debianWithBpf) { host in
      host.bpf = .unable(errno: EINVAL)
    },
  ]
}
