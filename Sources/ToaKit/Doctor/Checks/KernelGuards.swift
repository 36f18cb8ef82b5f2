// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let integrityPolicy = Check(
    "SIG08", .signature, "IMA policy", about: .module,
    explanation: """
      The kernel's integrity subsystem (IMA) can ask for a signature of its own before it reads a module's file: a rule with
      `appraise func=MODULE_CHECK`. Where the rule has `modsig`, the signature that toa appends to its module counts; otherwise the
      file needs one in the extended attribute security.ima, which evmctl of the package ima-evm-utils writes.

      Sign the file, and see the rules:
          evmctl ima_sign --key KEY /lib/modules/$(uname -r)/updates/toa.ko
          cat /sys/kernel/security/ima/policy
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running, .root) { return skip }
    let path = "/sys/kernel/security/ima/policy"
    guard let policy = try? context.system.files.text(path) else { return Outcome(.ok, "none that can be read") }
    let rules = policy.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("appraise ") && $0.contains("func=MODULE_CHECK")
    }
    guard !rules.isEmpty else { return Outcome(.ok, "does not look at modules", evidence: [path]) }
    guard !rules.contains(where: { $0.contains("modsig") }) else {
      return Outcome(.ok, "takes modules with an appended signature", evidence: [path] + rules)
    }
    return Outcome(
      context.isLoaded ? .info : .warning, "modules need a signature in security.ima, which toa does not make",
      expected: "a rule with modsig, or toa.ko signed with evmctl", evidence: [path] + rules,
      fix: ["toa doctor --explain SIG08"])
  }

  static let runtimeGuard = Check(
    "SIG09", .signature, "runtime guard", about: .module,
    explanation: """
      LKRG, the Linux Kernel Runtime Guard, watches the kernel's code for changes. toa.ko has the kernel's own ftrace or kretprobes
      redirect functions, which LKRG may take for an attack when the module is loaded after it: it then reports it, or stops the
      machine, as its sysctl settings say.

      eBPF changes no code:
          sysctl lkrg.kint_enforce
          toa install --backend ebpf
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running) { return skip }
    let found = ["lkrg", "p_lkrg"].map { "/sys/module/" + $0 }.filter { context.system.files.isDirectory($0) }
    guard !found.isEmpty else { return Outcome(.ok, "none") }
    return Outcome(
      context.isLoaded ? .info : .warning, "LKRG watches this kernel", evidence: found,
      fix: context.isLoaded ? [] : ["toa install --backend ebpf"])
  }
}
