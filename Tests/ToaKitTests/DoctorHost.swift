// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Kmod
import SelfTest
import SystemPackage
import Testing
import ToaKit

/// A made Debian 12 on which everything is well, to be spoilt by a test in one place.
struct DoctorHost: Sendable {
  /// How far toa has come on it.
  enum State: Sendable {
    /// Headers and compiler, no toa.
    case bare
    /// toa.ko on the disk, not in the kernel.
    case installed
    /// toa.ko in the kernel, too.
    case loaded
    /// A kernel that takes eBPF programs, no toa.
    case able
    /// The package toa-ebpf on such a kernel, its programs not loaded.
    case ebpfInstalled
    /// The package toa-ebpf and its programs at work.
    case ebpf
  }

  static let release = "6.1.0-56-cloud-amd64"
  static let modules = "/lib/modules/\(release)"
  static let headers = "/usr/src/linux-headers-\(release)"
  static let module = "\(modules)/updates/toa.ko"
  static let config = "/boot/config-\(release)"
  static let log = "[    0.000000] Linux version \(release) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld) #1 SMP\n"
  static let verify = "dpkg --verify toa-modules-\(release) toa-modules-common"

  let tree: TestTree
  var system: System
  /// eBPF; a kernel that takes none unless the state says otherwise.
  var bpf: BpfControl
  /// Answers of programs by command as typed.
  var answers: [String: CommandResult]
  /// Programs by name.
  var programs = ["gcc-12": "/usr/bin/gcc-12", "make": "/usr/bin/make", "ld": "/usr/bin/ld", "dpkg": "/usr/bin/dpkg"]
  /// Hash of the source that toa carries.
  static let source = String(repeating: "0123456789abcdef", count: 4)
  /// Where toa.ko lies.
  var place = module
  /// modinfo of toa.ko.
  var information = [
    "vermagic": "\(release) SMP preempt mod_unload modversions", "srcversion": "ABC", "version": "0.1.0",
  ]
  /// What toa.ko needs of the kernel.
  var symbols = [ModuleSymbol(name: "printk", checksum: 1)]
  /// The same of other files, by path.
  var moreInformation: [String: [String: String]] = [:]
  /// States of modules.
  var modules: [String: ModuleState]
  /// Files by "NAME RELEASE".
  var files: [String: String]
  /// The capture that doctor is asked for.
  var watch: CaptureRequest?

  /// Makes the host; `changes` overwrites or, with nil, removes files.
  init(_ state: State = .loaded, changes: [String: String?] = [:]) throws {
    var contents = Self.base
    if state == .installed || state == .loaded { contents.merge(Self.toa) { $1 } }
    if state == .loaded { contents.merge(Self.live) { $1 } }
    if state == .ebpf || state == .ebpfInstalled { contents.merge(Self.ebpfPackage) { $1 } }
    for (path, text) in changes {
      contents[path] = text
      if text == nil { contents = contents.filter { !$0.key.hasPrefix(path + "/") } }
    }
    try self.init(state, contents)
    answers.merge([
      "/usr/bin/gcc-12 --version": Self.says("gcc-12 (Debian 12.2.0-14) 12.2.0\n"),
      "/usr/bin/gcc-12 -dumpfullversion -dumpversion": Self.says("12.2.0\n"),
      "/usr/bin/gcc-12 -dumpmachine": Self.says("x86_64-linux-gnu\n"), "dmesg": Self.says(Self.log),
      "sha256sum -": Self.says("\(Self.source)  -\n"), Self.verify: Self.says(""),
      "dpkg --verify toa-ebpf": Self.says(""),
    ]) { $1 }
  }

  /// A host of these files on which nothing but the helper programs of its headers answers.
  init(_ state: State, _ contents: [String: String]) throws {
    tree = try TestTree(contents)
    modules = state == .loaded ? ["toa": .live] : [:]
    files = state == .installed || state == .loaded ? ["toa \(Self.release)": Self.module] : [:]
    bpf = state == .bare || state == .installed || state == .loaded ? .unable() : .able()
    if state == .ebpf { bpf = .live() }
    system = System.untouched().with(files: tree.root)
      .with(Identity(kernelRelease: Self.release, machine: "x86_64")).with(moduleLoading: 9)
      .with(now: Int64(time(nil)))
    answers = [:]
    for tool in ["scripts/basic/fixdep", "tools/objtool/objtool"] {
      guard let path = tree.root.locate("\(Self.headers)/\(tool)") else { continue }
      answers[path] = CommandResult(status: 1, errorOutput: "Usage: \(tool)\n")
    }
    if state == .loaded || state == .ebpf {
      let passed = SelfTestCase(
        name: "v4-option-254", purpose: "", expected: "198.51.100.7:4000", accepted: "198.51.100.7:4000",
        peerName: "198.51.100.7:4000", passed: true)
      system = system.with(selfTest: .success(SelfTestReport(cases: [passed], milliseconds: 12)))
    }
  }

  /// The host with all its answers.
  var whole: System {
    // What a package database is asked about a tree, it is asked with the tree's place.
    let root = tree.root.location.string
    let asked = answers.map { command, answer in
      let about = command.replacing("dpkg --verify", with: "dpkg --root=\(root) --verify")
      return (about.replacing("rpm --verify", with: "rpm --root \(root) --verify"), answer)
    }
    return system.with(bpf: bpf).with(answers: Dictionary(asked) { $1 }, programs: programs).with(
      modules: modules, files: files, information: moreInformation.merging([place: information]) { $1 },
      symbols: [place: symbols])
  }

  /// Gathers the facts of a kernel, by default of the running one.
  func context(kernel: String? = nil) async throws -> DoctorContext {
    try await DoctorContext.gather(whole, kernel: kernel, capture: watch)
  }

  /// The finding of one check.
  func finding(_ id: String, kernel: String? = nil) async throws -> Finding {
    let findings = await Doctor().examine(try await context(kernel: kernel), Doctor.Selection(only: [id]))
    return try #require(findings.first)
  }

  /// An answer on standard output.
  static func says(_ output: String) -> CommandResult { CommandResult(status: 0, output: output) }

  static let options = """
    CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14) 12.2.0"
    CONFIG_MODULES=y
    CONFIG_MODULE_UNLOAD=y
    CONFIG_MODVERSIONS=y
    CONFIG_SMP=y
    CONFIG_OBJTOOL=y
    CONFIG_X86_KERNEL_IBT=y
    CONFIG_DYNAMIC_FTRACE=y
    CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y

    """
  static let base: [String: String] = [
    "/etc/os-release": "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
    "/proc/sys/kernel/osrelease": release + "\n",
    "/proc/version":
      "Linux version \(release) (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld) #1 SMP\n",
    "/proc/sys/kernel/tainted": "0\n", "/proc/sys/kernel/modules_disabled": "0\n",
    "/proc/sys/kernel/ftrace_enabled": "1\n", "/proc/cmdline": "root=/dev/vda1 quiet\n",
    "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu sse2\n", "/proc/self/environ": "HOME=/root\0PATH=/bin\0",
    "/proc/self/uid_map": "0 0 4294967295\n", "/proc/modules": "", "/proc/locks": "",
    "/proc/self/mounts": "/dev/vda1 / ext4 rw 0 0\n", "/proc/self/mountinfo": mountinfo, "/sys/fs/cgroup/": "",
    "/sys/fs/bpf/": "", "/proc/filesystems": "nodev\tcgroup2\nnodev\tbpf\n\text4\n", "/run/systemd/system/": "",
    "/var/lib/": "",
    config: options, "\(headers)/include/config/auto.conf": options, "/boot/vmlinuz-\(release)": "",
    "\(modules)/modules.dep": "kernel/net/tls/tls.ko:\n", "\(modules)/modules.builtin": "kernel/fs/ext4/ext4.ko\n",
    "\(modules)/kernel/": "", "\(modules)/build": "-> \(headers)", "\(headers)/Makefile": "#\n",
    "\(headers)/Module.symvers": "0x1\tprintk\tvmlinux\tEXPORT_SYMBOL\n",
    "\(headers)/include/generated/autoconf.h": "\n",
    "\(headers)/include/generated/utsrelease.h": "#define UTS_RELEASE \"\(release)\"\n",
    "\(headers)/scripts/basic/fixdep": "", "\(headers)/scripts/mod/modpost": "", "\(headers)/tools/objtool/objtool": "",
    "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
    "/sys/module/module/parameters/sig_enforce": "N\n",
    "/var/lib/dpkg/status": package("linux-image-\(release)", "6.1.192-1"),
    "/var/lib/dpkg/info/linux-image-\(release).list": "/boot/vmlinuz-\(release)\n",
  ]
  static let mountinfo = """
    23 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw
    31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw
    32 23 0:29 / /sys/fs/bpf rw,relatime - bpf bpf rw,mode=700

    """
  static let unit = "/usr/lib/systemd/system/toa-ebpf.service"
  static let wish = "/usr/lib/systemd/system/sysinit.target.wants/toa-ebpf.service"
  private static let ebpfPackage: [String: String] = [
    EBPFSettings.path: #"{ "schema": "toa.ebpf/1", "cgroup": "/", "getsockopt": false }"#, unit: "[Unit]\n",
    wish: "-> ../toa-ebpf.service",
    "/var/lib/dpkg/status": package("linux-image-\(release)", "6.1.192-1") + package("toa-ebpf", "0.1.0-1"),
  ]
  static let toa: [String: String] = [
    module: "", "\(modules)/modules.dep": "kernel/net/tls/tls.ko:\nupdates/toa.ko:\n",
    "/usr/lib/modules-load.d/toa.conf": "# Written by toa.\ntoa\n",
    "/var/lib/dpkg/status": package("linux-image-\(release)", "6.1.192-1")
      + package("toa-modules-\(release)", "0.1.0-1", "Toa-Source-Sha256: \(source)\n")
      + package("toa-modules-common", "0.1.0-1"),
  ]
  static let live: [String: String] = [
    "/sys/module/toa/version": "0.1.0\n", "/sys/module/toa/srcversion": "ABC\n",
    "/sys/module/toa/parameters/hook": "ftrace\n", "/proc/sys/kernel/tainted": "12288\n",
    "/sys/module/toa/parameters/trusted": "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,"
      + "169.254.0.0/16,::1/128,fc00::/7,fe80::/10\n", "/proc/modules": "toa 40960 0 - Live 0x0000000000000000 (OE)\n",
    "/sys/module/toa/parameters/profile": "default\n", "/sys/module/toa/parameters/getsockopt": "4096,1345\n",
    "/proc/net/toa_stats": stats(), "/proc/sys/net/ipv6/": "", "/sys/kernel/tracing/enabled_functions": functions,
    "/proc/dynamic_debug/control": "# filename:lineno\nhooks.c:70 [toa]toa_note =_ \"\"\n",
  ]

  /// Functions that the kernel redirects to the module.
  static let functions = """
    inet6_getname (1) R I     \ttramp: 0xffffffffc0a00000 (see_getname+0x0/0x100 [toa])
    inet_getname (1) R I     \ttramp: 0xffffffffc0a00000 (see_getname+0x0/0x100 [toa])
    tcp_v4_syn_recv_sock (1) R I     \ttramp: 0xffffffffc0a01000 (see_receive+0x0/0x100 [toa])
    tcp_v6_syn_recv_sock (1) R I     \ttramp: 0xffffffffc0a01000 (see_receive+0x0/0x100 [toa])

    """

  /// The counters of a module that has nothing to complain of, but for these.
  static func stats(lost: Int = 0, deferred: Int = 0, missed: Int = 0) -> String {
    """
            CPU0       CPU1
    syn_recv_sock_toa        :         40          2
    deferred_option          :          0 \(deferred)
    deferred_lost            :          0 \(lost)
    kretprobe_missed         : \(missed)          0
    option_254/8             :         40          2

    """
  }

  /// A stanza of dpkg's database.
  static func package(_ name: String, _ version: String, _ fields: String = "") -> String {
    "Package: \(name)\nStatus: install ok installed\nArchitecture: amd64\nVersion: \(version)\n\(fields)\n"
  }
}

/// One host, one check and what it has to find.
struct Situation: Sendable, CustomTestStringConvertible {
  let check: String
  let name: String
  let expected: Finding.Status
  /// A part of what is observed.
  let says: String
  /// A part of the first command to type.
  let fix: String?
  let host: @Sendable () throws -> DoctorHost

  var testDescription: String { "\(check) \(name): \(expected.rawValue)" }

  init(
    _ check: String, _ expected: Finding.Status, _ name: String, says: String = "", fix: String? = nil,
    _ state: DoctorHost.State = .loaded, _ changes: [String: String?] = [:],
    _ spoil: @escaping @Sendable (inout DoctorHost) -> Void = { _ in }
  ) {
    self.check = check
    self.name = name
    self.expected = expected
    self.says = says
    self.fix = fix
    host = {
      var host = try DoctorHost(state, changes: changes)
      spoil(&host)
      return host
    }
  }

  /// Makes the host, runs the check and compares.
  func verify() async throws {
    let host = try host()
    let finding = try await host.finding(check)
    #expect(finding.status == expected, "\(finding.observed) \(finding.evidence)")
    #expect(finding.observed.contains(says), "\(finding.observed)")
    if let fix { #expect(finding.fix.contains { $0.contains(fix) }, "\(finding.fix)") }
    if finding.status == .error || finding.status == .warning {
      #expect(!finding.fix.isEmpty, "a bad finding says what to type")
    }
  }
}

extension BpfControl {
  /// Programs at work as `change` leaves them; without it, as the package loads them.
  static func live(
    attached: [BpfAttachment] = own, _ change: @escaping @Sendable (inout BpfLive) -> Void = { _ in }
  ) -> BpfControl {
    var control = able()
    control.live = { () throws(BpfError) in
      var live = BpfLive(
        generation: 7, version: toaVersion, object: "object", settings: BpfSettings(cgroup: "/sys/fs/cgroup"),
        attached: BpfHook.allCases.filter { $0 != .getsockopt })
      change(&live)
      return live
    }
    control.hasPins = { true }
    control.attachments = { _ throws(BpfError) in attached }
    control.counters = { () throws(BpfError) in [BpfCounter(name: "syn_recv_sock_toa", perCPU: [40, 2])] }
    return control
  }

  /// toa's programs on their hooks.
  static let own = BpfHook.allCases.filter { $0 != .getsockopt }.enumerated().map { index, hook in
    BpfAttachment(
      hook: hook, program: UInt32(index + 1), name: String(hook.programName.prefix(15)), isOurs: true,
      isExclusive: false)
  }
}
