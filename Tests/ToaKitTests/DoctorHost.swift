// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import SelfTest
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
  /// Answers of programs by command as typed.
  var answers: [String: CommandResult]
  /// Programs by name.
  var programs = ["gcc-12": "/usr/bin/gcc-12", "make": "/usr/bin/make", "ld": "/usr/bin/ld", "dpkg": "/usr/bin/dpkg"]
  /// modinfo of toa.ko.
  var information = [
    "vermagic": "\(release) SMP preempt mod_unload modversions", "srcversion": "ABC", "version": "0.1.0",
  ]
  /// States of modules.
  var modules: [String: ModuleState]
  /// Files by "NAME RELEASE".
  var files: [String: String]

  /// Makes the host; `changes` overwrites or, with nil, removes files.
  init(_ state: State = .loaded, changes: [String: String?] = [:]) throws {
    var contents = Self.base
    if state != .bare { contents.merge(Self.toa) { $1 } }
    if state == .loaded { contents.merge(Self.live) { $1 } }
    for (path, text) in changes {
      contents[path] = text
      if text == nil { contents = contents.filter { !$0.key.hasPrefix(path + "/") } }
    }
    tree = try TestTree(contents)
    modules = state == .loaded ? ["toa": .live] : [:]
    files = state == .bare ? [:] : ["toa \(Self.release)": Self.module]
    system = System.untouched().with(files: tree.root)
      .with(Identity(kernelRelease: Self.release, machine: "x86_64")).with(moduleLoading: 9)
    answers = [
      "/usr/bin/gcc-12 --version": Self.says("gcc-12 (Debian 12.2.0-14) 12.2.0\n"),
      "/usr/bin/gcc-12 -dumpfullversion -dumpversion": Self.says("12.2.0\n"),
      "/usr/bin/gcc-12 -dumpmachine": Self.says("x86_64-linux-gnu\n"), "dmesg": Self.says(Self.log),
      Self.verify: Self.says(""),
    ]
    for tool in ["scripts/basic/fixdep", "tools/objtool/objtool"] {
      guard let place = tree.root.locate("\(Self.headers)/\(tool)") else { continue }
      answers[place] = CommandResult(status: 1, errorOutput: "Usage: \(tool)\n")
    }
    if state == .loaded {
      let passed = SelfTestCase(
        name: "v4-option-254", purpose: "", expected: "198.51.100.7:4000", accepted: "198.51.100.7:4000",
        peerName: "198.51.100.7:4000", passed: true)
      system = system.with(selfTest: .success(SelfTestReport(cases: [passed], milliseconds: 12)))
    }
  }

  /// Gathers the facts of a kernel, by default of the running one.
  func context(kernel: String? = nil) async throws -> DoctorContext {
    let system = system.with(answers: answers, programs: programs).with(
      modules: modules, files: files, information: [Self.module: information])
    return try await DoctorContext.gather(system, kernel: kernel)
  }

  /// The finding of one check.
  func finding(_ id: String, kernel: String? = nil) async throws -> Finding {
    let findings = await Doctor().examine(try await context(kernel: kernel), Doctor.Selection(only: [id]))
    return try #require(findings.first)
  }

  /// An answer on standard output.
  static func says(_ output: String) -> CommandResult { CommandResult(status: 0, output: output) }

  private static let base: [String: String] = [
    "/etc/os-release": "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
    "/proc/sys/kernel/osrelease": release + "\n",
    "/proc/version":
      "Linux version \(release) (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld) #1 SMP\n",
    "/proc/sys/kernel/tainted": "0\n", "/proc/sys/kernel/modules_disabled": "0\n",
    "/proc/sys/kernel/ftrace_enabled": "1\n", "/proc/cmdline": "root=/dev/vda1 quiet\n",
    "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu sse2\n", "/proc/self/environ": "HOME=/root\0PATH=/bin\0",
    "/proc/self/uid_map": "0 0 4294967295\n", "/proc/modules": "", "/proc/locks": "",
    "/proc/self/mounts": "/dev/vda1 / ext4 rw 0 0\n", "/var/lib/": "",
    config: """
    CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14) 12.2.0"
    CONFIG_MODULES=y
    CONFIG_MODULE_UNLOAD=y
    CONFIG_MODVERSIONS=y
    CONFIG_SMP=y
    CONFIG_OBJTOOL=y
    CONFIG_X86_KERNEL_IBT=y
    CONFIG_DYNAMIC_FTRACE=y
    CONFIG_DYNAMIC_FTRACE_WITH_ARGS=y

    """, "/boot/vmlinuz-\(release)": "",
    "\(modules)/modules.dep": "kernel/net/tls/tls.ko:\n", "\(modules)/modules.builtin": "kernel/fs/ext4/ext4.ko\n",
    "\(modules)/kernel/": "", "\(modules)/build": "-> \(headers)", "\(headers)/Makefile": "#\n",
    "\(headers)/Module.symvers": "0x1 printk vmlinux EXPORT_SYMBOL\n", "\(headers)/include/generated/autoconf.h": "\n",
    "\(headers)/include/generated/utsrelease.h": "#define UTS_RELEASE \"\(release)\"\n",
    "\(headers)/scripts/basic/fixdep": "", "\(headers)/scripts/mod/modpost": "", "\(headers)/tools/objtool/objtool": "",
    "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
    "/sys/module/module/parameters/sig_enforce": "N\n",
    "/var/lib/dpkg/status": package("linux-image-\(release)", "6.1.192-1"),
    "/var/lib/dpkg/info/linux-image-\(release).list": "/boot/vmlinuz-\(release)\n",
  ]
  private static let toa: [String: String] = [
    module: "", "\(modules)/modules.dep": "kernel/net/tls/tls.ko:\nupdates/toa.ko:\n",
    "/usr/lib/modules-load.d/toa.conf": "# Written by toa.\ntoa\n",
    "/var/lib/dpkg/status": package("linux-image-\(release)", "6.1.192-1")
      + package("toa-modules-\(release)", "0.1.0-1")
      + package("toa-modules-common", "0.1.0-1"),
  ]
  private static let live: [String: String] = [
    "/sys/module/toa/version": "0.1.0\n", "/sys/module/toa/srcversion": "ABC\n",
    "/sys/module/toa/parameters/hook": "ftrace\n", "/proc/sys/kernel/tainted": "12288\n",
    "/sys/module/toa/parameters/trusted": "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,"
      + "169.254.0.0/16,::1/128,fc00::/7,fe80::/10\n", "/proc/modules": "toa 40960 0 - Live 0x0000000000000000 (OE)\n",
    "/proc/net/toa_stats": "\n",
  ]

  private static func package(_ name: String, _ version: String) -> String {
    "Package: \(name)\nStatus: install ok installed\nArchitecture: amd64\nVersion: \(version)\n\n"
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
