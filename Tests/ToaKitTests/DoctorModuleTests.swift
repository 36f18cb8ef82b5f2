// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Kmod
import SelfTest
import SystemPackage
import Testing
import ToaKit

@Suite struct DoctorModuleTests {
  @Test(arguments: policy + module + boot) func `a check of policy, module or boot finds`(_ situation: Situation)
    async throws
  {
    try await situation.verify()
  }

  private static let noSystemCall: @Sendable (inout DoctorHost) -> Void = { host in
    host.system = host.system.with(moduleLoading: ENOSYS)
  }
  private static let signed: @Sendable (inout DoctorHost) -> Void = { $0.information["signer"] = "Fleet key" }
  private static let enforced: [String: String?] = [
    "/sys/module/module/parameters/sig_enforce": "Y\n", "/proc/cmdline": "module.sig_enforce=1\n",
  ]
  private static let locked: [String: String?] = [
    "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n"
  ]
  private static let efi = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
  private static func secureBoot(_ value: UInt8) -> @Sendable (inout DoctorHost) -> Void {
    { host in try? host.tree.root.write(efi, [6, 0, 0, 0, value]) }
  }
  private static let disabled: [String: String?] = ["/proc/sys/kernel/modules_disabled": "1\n"]
  private static let plainUser = Identity(kernelRelease: DoctorHost.release, machine: "x86_64", userID: 1000)
  private static let key: [String: String?] = [SigningKeyFiles.own.key: "key", SigningKeyFiles.own.certificate: "0"]
  private static func policyOfIMA(_ function: String) -> [String: String?] {
    ["/sys/kernel/security/ima/policy": "measure func=MODULE_CHECK\nappraise func=\(function)\n"]
  }

  static let policy: [Situation] = [
    Situation("SIG01", .ok, "no EFI"),
    Situation("SIG01", .ok, "off", says: "off", .bare, [efi: ""], secureBoot(0)),
    Situation("SIG01", .info, "on", says: "on", .bare, [efi: ""], secureBoot(1)),
    Situation("SIG01", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
    Situation("SIG02", .ok, "not enforced"),
    Situation("SIG02", .error, "enforced, nothing installed", fix: "module.sig_enforce=1", .bare, enforced),
    Situation("SIG02", .error, "enforced, unsigned module", fix: "module.sig_enforce=1", .installed, enforced),
    Situation("SIG02", .info, "enforced, signed module", says: "signed", .installed, enforced, signed),
    Situation("SIG02", .info, "enforced, loaded module", says: "loaded", .loaded, enforced),
    Situation("SIG02", .skipped, "a container", .bare, ["/.dockerenv": ""]),
    Situation("SIG03", .ok, "off", says: "off"),
    Situation("SIG03", .ok, "not in the kernel", says: "not in", .bare, ["/sys/kernel/security/lockdown": nil]),
    Situation("SIG03", .error, "integrity", says: "integrity", fix: "lockdown=", .bare, locked),
    Situation("SIG03", .info, "integrity, loaded module", .loaded, locked),
    Situation(
      "SIG03", .error, "silent lockdown under Secure Boot", says: "Secure Boot", .bare,
      [
        "/sys/kernel/security/lockdown": nil, efi: "",
        DoctorHost.config: "CONFIG_MODULES=y\nCONFIG_LOCK_DOWN_IN_EFI_SECURE_BOOT=y\n",
      ], secureBoot(1)),
    Situation("SIG03", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
    Situation("SIG04", .ok, "loading allowed"),
    Situation("SIG04", .error, "loading switched off", fix: "reboot", .bare, disabled),
    Situation("SIG04", .info, "loading switched off, loaded module", .loaded, disabled),
    Situation("SIG04", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
    Situation("SIG05", .ok, "no key, none needed", says: "none is needed", .bare),
    Situation("SIG05", .info, "no key, one needed", fix: "toa sign --make-key", .bare, enforced),
    Situation("SIG05", .skipped, "not root", .bare, [:], { $0.system = $0.system.with(plainUser) }),
    Situation("SIG05", .skipped, "no openssl", says: "openssl", .bare, key),
    Situation("SIG06", .skipped, "no key", says: "SIG05", .bare, enforced),
    Situation("SIG07", .ok, "none needed", says: "none needed"),
    Situation("SIG07", .ok, "none needed, but signed", says: "Fleet key", .loaded, [:], signed),
    Situation("SIG07", .skipped, "needed, nothing installed", says: "MOD01", .bare, enforced),
    Situation("SIG07", .error, "needed, unsigned module", fix: "toa sign", .installed, enforced),
    Situation("SIG07", .info, "needed, signed module", says: "Fleet key", .installed, enforced, signed),
    Situation("SIG07", .ok, "needed, signed and loaded", says: "took it", .loaded, enforced, signed),
    Situation("SIG07", .warning, "needed, loaded but the file is unsigned", .loaded, enforced),
    Situation("SIG08", .ok, "no policy", says: "none"),
    Situation("SIG08", .ok, "a policy about programs", says: "does not look", .bare, policyOfIMA("BPRM_CHECK")),
    Situation(
      "SIG08", .warning, "modules, by attribute", fix: "SIG08", .bare, policyOfIMA("MODULE_CHECK appraise_type=imasig")),
    Situation(
      "SIG08", .info, "modules, by attribute, loaded", .loaded, policyOfIMA("MODULE_CHECK appraise_type=imasig")),
    Situation(
      "SIG08", .ok, "modules, by what is appended", says: "appended", .bare,
      policyOfIMA("MODULE_CHECK appraise_type=imasig|modsig")),
    Situation("SIG09", .ok, "none", says: "none"),
    Situation("SIG09", .warning, "LKRG", says: "LKRG", fix: "ebpf", .bare, ["/sys/module/lkrg/": ""]),
    Situation("SIG09", .info, "LKRG, and toa is loaded", .loaded, ["/sys/module/p_lkrg/": ""]),
  ]

  private static let foreign: [String: String?] = [
    "/sys/module/toa/parameters/trusted": nil, "/sys/module/toa/parameters/hook": nil,
  ]
  private static let noFile: @Sendable (inout DoctorHost) -> Void = { $0.files = [:] }
  private static let intree: [String: String?] = ["\(DoctorHost.modules)/modules.dep": "kernel/net/toa/toa.ko:\n"]
  private static let options = "/etc/modprobe.d/toa.conf"
  private static let blacklisted: [String: String?] = ["/etc/modprobe.d/local.conf": "# mine\nblacklist toa\n"]
  private static func trusting(_ list: String, _ stored: String?) -> [String: String?] {
    [
      "/sys/module/toa/parameters/trusted": list + "\n",
      options: stored.map { "options toa trusted=\($0)\n" },
    ]
  }
  private static func profile(_ words: String, _ stored: String?) -> [String: String?] {
    [
      "/sys/module/toa/parameters/profile": words + "\n",
      options: stored.map { "options toa trusted=any profile=\($0)\n" },
    ]
  }
  private static func dmesg(_ lines: String...) -> @Sendable (inout DoctorHost) -> Void {
    { $0.answers["dmesg"] = DoctorHost.says(DoctorHost.log + lines.joined(separator: "\n") + "\n") }
  }

  static let module: [Situation] = [
    Situation("MOD01", .ok, "loaded", says: "version 0.1.0, by ftrace"),
    Situation("MOD01", .info, "not installed", fix: "toa install", .bare),
    Situation("MOD01", .error, "installed, not loaded", fix: "toa load", .installed),
    Situation("MOD01", .skipped, "another toa", says: "MOD11", .loaded, foreign),
    Situation("MOD01", .skipped, "refused for its signature", says: "SIG07", .installed, enforced),
    Situation("MOD01", .skipped, "refused by modules_disabled", says: "SIG04", .installed, disabled),
    Situation("MOD01", .skipped, "refused by a blacklist", says: "MOD14", .installed, blacklisted),
    Situation("MOD01", .skipped, "of another kernel", says: "MOD04", .installed, [:]) {
      $0.information["vermagic"] = "6.1.0-1-cloud-amd64 SMP mod_unload modversions"
    },
    Situation("MOD01", .warning, "on its way", .installed, [:]) { $0.modules = ["toa": .coming] },
    Situation("MOD01", .info, "built in", says: "KRN03", .bare, [:]) { $0.modules = ["toa": .builtin] },
    Situation("MOD01", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
    Situation("MOD02", .ok, "the same"),
    Situation("MOD02", .warning, "another build", fix: "toa unload", .loaded, [:]) {
      $0.information["srcversion"] = "DEF"
    },
    Situation("MOD02", .warning, "no file", says: "gone after a reboot", fix: "toa install", .loaded, [:], noFile),
    Situation("MOD02", .skipped, "no checksum", says: "srcversion", .loaded, [:]) {
      $0.information["srcversion"] = nil
    },
    Situation("MOD02", .skipped, "not loaded", says: "MOD01", .installed),
    Situation("MOD04", .ok, "this kernel's"),
    Situation("MOD04", .error, "another kernel's", says: "6.1.0-1", fix: "toa install", .installed, [:]) {
      $0.information["vermagic"] = "6.1.0-1-cloud-amd64 SMP mod_unload modversions"
    },
    Situation("MOD04", .error, "other options", says: "modversions", .installed, [:]) {
      $0.information["vermagic"] = "\(DoctorHost.release) SMP preempt mod_unload"
    },
    Situation("MOD04", .error, "no module file", says: "cannot be read", .installed, [:]) { $0.information = [:] },
    Situation("MOD04", .skipped, "nothing installed", .bare),
    Situation("MOD07", .ok, "known", says: "updates/toa.ko"),
    Situation("MOD07", .error, "a file that depmod does not know", fix: "depmod -a", .bare, [DoctorHost.module: ""]),
    Situation("MOD07", .warning, "the same, but loaded", .loaded, ["\(DoctorHost.modules)/modules.dep": "\n"]),
    Situation("MOD07", .skipped, "nothing installed", .bare),
    Situation("MOD08", .ok, "one"),
    Situation(
      "MOD08", .warning, "a vendor's copy", says: "takes \(DoctorHost.module)", fix: "rm \(DoctorHost.modules)/kernel",
      .loaded, ["\(DoctorHost.modules)/kernel/net/netfilter/ipvs/toa.ko.xz": ""]),
    Situation(
      "MOD08", .ok, "a link to the same file", .loaded,
      ["\(DoctorHost.modules)/weak-updates/toa.ko": "-> \(DoctorHost.module)"]),
    Situation("MOD08", .skipped, "nothing installed", .bare),
    Situation("MOD11", .ok, "none"),
    Situation("MOD11", .error, "another module named toa", says: "another maker", fix: "rmmod toa", .loaded, foreign),
    Situation(
      "MOD11", .error, "a vendor's module", says: "ttm", fix: "rmmod ttm", .bare,
      ["/proc/modules": "ttm 40960 3 - Live 0x0 (OE)\n"]),
    Situation("MOD11", .error, "a trace without a module", fix: "keep it", .bare, ["/proc/net/toa_table": ""]),
    Situation("MOD11", .info, "the kernel's own", says: "own toa", .loaded, foreign.merging(intree) { $1 }),
    Situation("MOD11", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
    Situation("MOD13", .ok, "no word"),
    Situation(
      "MOD13", .ok, "complaints before the last load", .loaded, [:],
      dmesg("toa: version magic 'a' should be 'b'", "TOA: toa load success")),
    Situation(
      "MOD13", .ok, "the taint notice of an unsigned module", .loaded, [:],
      dmesg("toa: module verification failed: signature and/or required key missing - tainting kernel")),
    Situation(
      "MOD13", .warning, "another version magic", fix: "toa install", .installed, [:],
      dmesg("toa: version magic 'a' should be 'b'")),
    Situation(
      "MOD13", .warning, "a key", fix: "--only SIG", .installed, [:],
      dmesg("Loading of unsigned module toa is rejected")),
    Situation(
      "MOD13", .error, "a fault in the module", says: "fault", fix: "toa unload", .loaded, [:],
      dmesg("TOA: toa load success", "BUG: kernel NULL pointer dereference", "RIP: 0010:toa_getname+0x1/0x2 [toa]")),
    Situation("MOD13", .skipped, "a plain user", says: "only root", .bare, [:]) {
      $0.answers["dmesg"] = CommandResult(status: 1, errorOutput: "dmesg: read kernel buffer failed\n")
    },
    Situation("MOD14", .ok, "no line"),
    Situation("MOD14", .error, "a line", fix: "sed -i '2s/^/# /' /etc/modprobe.d/local.conf", .installed, blacklisted),
    Situation("MOD14", .warning, "a line, but loaded", says: "next boot", .loaded, blacklisted),
    Situation(
      "MOD14", .error, "the command line", fix: "command line", .bare, ["/proc/cmdline": "module_blacklist=toa\n"]),
    Situation("MOD14", .skipped, "a kernel without modules", .bare, [:], noSystemCall),
    Situation("MOD15", .ok, "the standard list"),
    Situation("MOD15", .ok, "the standard list, not loaded", says: "own list", .installed),
    Situation("MOD15", .ok, "the stored list", .loaded, trusting("10.0.0.0/8", "10.0.0.0/8")),
    Situation("MOD15", .warning, "any", says: "any", fix: "--trust", .loaded, trusting("any", "any")),
    Situation("MOD15", .warning, "any, not loaded", says: "any", .installed, [options: "options toa trusted=any\n"]),
    Situation(
      "MOD15", .warning, "another list than stored", fix: "10.0.0.0/8,11.0.0.0/8", .loaded,
      trusting("10.0.0.0/8,11.0.0.0/8", "10.0.0.0/8")),
    Situation(
      "MOD15", .info, "a list that is not stored", says: "until the next boot", .loaded, trusting("10.0.0.0/8", nil)),
    Situation("MOD15", .skipped, "nothing installed", .bare),
    Situation("MOD21", .ok, "the default profile", says: "default"),
    Situation("MOD21", .ok, "the default profile, not loaded", says: "own: default", .installed),
    Situation("MOD21", .ok, "the stored profile", says: "dpvs", .loaded, profile("dpvs", "dpvs")),
    Situation("MOD21", .ok, "the stored profile in other words", .loaded, profile("dpvs", "254/20,254/8,4096")),
    Situation(
      "MOD21", .warning, "another profile than stored", says: "after a reboot", fix: "toa install --profile lvs,late",
      .loaded, profile("lvs, late", "dpvs")),
    Situation(
      "MOD21", .info, "a profile that is not stored", says: "until the next boot", fix: "--profile lvs", .loaded,
      profile("lvs", nil)),
    Situation(
      "MOD21", .error, "a stored profile that is none", says: "will not load", fix: "toa install --profile default",
      .installed, [options: "options toa profile=nonsense\n"]),
    Situation(
      "MOD21", .skipped, "a module without profiles", says: "MOD02", .loaded,
      ["/sys/module/toa/parameters/profile": nil]),
    Situation("MOD21", .skipped, "nothing installed", .bare),
    Situation("MOD19", .ok, "unchanged", says: "toa-modules-common"),
    Situation("MOD19", .warning, "a changed file", says: "1 file", fix: "toa uninstall", .loaded, [:]) {
      $0.answers[DoctorHost.verify] = CommandResult(
        status: 1, output: "??5??????   \(DoctorHost.module)\nmissing     /usr/share/doc/toa-modules-common/copyright\n"
      )
    },
    Situation("MOD19", .skipped, "no package", .bare),
    Situation("MOD19", .skipped, "dpkg that fails", says: "cannot verify", .loaded, [:]) {
      $0.answers[DoctorHost.verify] = CommandResult(status: 2, errorOutput: "dpkg: error\n")
    },
    Situation("MOD19", .skipped, "a system without packages", says: "is used", .bare, ["/etc/os-release": "ID=lfs\n"]),
    Situation(
      "MOD19", .warning, "an rpm system with a changed file", says: "1 file changed", .bare,
      ["/etc/os-release": "ID=fedora\n"]
    ) {
      $0.programs["rpm"] = "/usr/bin/rpm"
      let root = $0.tree.root.location.string
      // The owner of the kernel is asked of rpm, too.
      for path in ["/boot/vmlinuz-\(DoctorHost.release)", DoctorHost.modules] {
        $0.answers["rpm --root \(root) -qf --qf '%{NAME} %{EVR} %{ARCH}\\n' \(path)"] = CommandResult(
          status: 1)
      }
      $0.answers["rpm --root \(root) --query --all --qf '%{NAME}\\n' 'toa-modules-*' 'toa-ebpf*' 'kmod-toa-*'"] =
        CommandResult(status: 0, output: "toa-modules-common\nkmod-toa-\(DoctorHost.release)\n")
      $0.answers["rpm --verify toa-modules-common kmod-toa-\(DoctorHost.release)"] = CommandResult(
        status: 1, output: "S.5....T.    /lib/modules/\(DoctorHost.release)/extra/toa/toa.ko\n")
    },
  ]

  private static let conf = "/usr/lib/modules-load.d/toa.conf"
  private static func result(_ result: Result<SelfTestReport, SelfTestError>) -> @Sendable (inout DoctorHost) -> Void {
    { $0.system = $0.system.with(selfTest: result) }
  }
  private static let failing = SelfTestReport(
    cases: [
      SelfTestCase(
        name: "v4-option-254", purpose: "", expected: "198.51.100.7:4000", accepted: "10.0.0.1:80",
        peerName: "10.0.0.1:80",
        passed: false)
    ], milliseconds: 5)

  @Sendable private static func hasBootScript(_ host: inout DoctorHost) {
    try? host.tree.root.makeDirectory(above: bootScript)
    try? host.tree.root.write(bootScript, [], mode: 0o755)
  }

  private static let bootScript = "/etc/sysconfig/modules/toa.modules"

  static let boot: [Situation] = [
    Situation("PER01", .ok, "the package's file", says: conf),
    Situation(
      "PER01", .ok, "Debian's /etc/modules", says: "/etc/modules", .loaded, [conf: nil, "/etc/modules": "toa\n"]),
    Situation(
      "PER01", .ok, "what init runs, without systemd", says: bootScript, .loaded,
      [conf: nil, "/run/systemd/system/": nil],
      hasBootScript),
    Situation(
      "PER01", .warning, "the same beside systemd, which does not run it", fix: "echo toa", .loaded, [conf: nil],
      hasBootScript),
    Situation("PER01", .warning, "no file", fix: "echo toa", .loaded, [conf: nil]),
    Situation(
      "PER01", .warning, "a masked file", says: "hides", fix: "rm /etc", .loaded, ["/etc/modules-load.d/toa.conf": ""]),
    Situation("PER01", .skipped, "nothing installed", .bare),
    Situation("PER04", .ok, "none"),
    Situation(
      "PER04", .warning, "insmod in rc.local", fix: "sed -i '2s/^/# /' /etc/rc.local", .loaded,
      ["/etc/rc.local": "#!/bin/sh\ninsmod /root/toa.ko\n"]),
    Situation("PER04", .skipped, "a container", .bare, ["/.dockerenv": ""]),
    Situation("APP01", .ok, "each address right", says: "1 connection"),
    Situation(
      "APP01", .error, "a wrong address", says: "1 of 1", fix: "toa selftest", .loaded, [:], result(.success(failing))),
    Situation(
      "APP01", .skipped, "no TUN driver", says: "cannot start", fix: "modprobe tun", .loaded, [:],
      result(.failure(SelfTestError(step: "open /dev/net/tun", errno: ENOENT)))),
    Situation("APP01", .skipped, "not loaded", says: "MOD01", .installed),
  ]
}
