// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let signatureEnforced = Check(
    "SIG02", .signature, "signatures enforced", about: .module,
    explanation: """
      A kernel can be told to take only modules with a signature that it trusts: by CONFIG_MODULE_SIG_FORCE when it is built, by
      module.sig_enforce=1 on its command line, or by Secure Boot on some distributions. It refuses all others: "Key was rejected by
      service" or "Required key not available"; toa says so before it builds anything, and ends with exit status 12.

      Where the command line asks for it and nobody needs it, take module.sig_enforce=1 out of the boot loader's configuration, and
      reboot. Debian, Ubuntu, SUSE:
          sed -i 's/ *module.sig_enforce=1//' /etc/default/grub && update-grub
      RHEL and its kin:
          grubby --update-kernel=ALL --remove-args=module.sig_enforce=1

      Else have toa sign its module with a key that is enrolled on the host, which takes one look at the machine's console
      (docs/signing.md); toa install does the rest:
          toa sign --make-key --enroll

      Without UEFI firmware no key can be enrolled: then only keys that were built into the kernel count.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running) { return skip }
    let signing = context.facts.signing
    var evidence: [String] = []
    if signing.isForcedByCommandLine { evidence.append("/proc/cmdline: module.sig_enforce") }
    if signing.signatureEnforced == true { evidence.append("/sys/module/module/parameters/sig_enforce: Y") }
    if signing.isForcedByConfig { evidence.append("CONFIG_MODULE_SIG_FORCE=y") }
    guard !evidence.isEmpty else { return Outcome(.ok, "no: unsigned modules are taken") }
    let unforced =
      signing.isForcedByCommandLine
      ? ["take module.sig_enforce=1 off the kernel command line and reboot"]
      : ["toa doctor --explain SIG02"]
    return await context.signatureOutcome("this kernel takes only signed modules", evidence, fix: unforced)
  }

  static let lockdown = Check(
    "SIG03", .signature, "lockdown", about: .module,
    explanation: """
      Lockdown keeps even root from changing the running kernel. In both of its modes, integrity and confidentiality, the kernel takes
      only modules with a signature that it trusts. It is switched on by Secure Boot, or by lockdown=integrity on the command line.

      Either have toa sign its module with an enrolled key (see SIG02 and SIG06), or switch Secure Boot off in the firmware's setup, or take
      lockdown= off the kernel command line, and reboot. A running kernel never leaves lockdown:
          cat /sys/kernel/security/lockdown

      Older kernels have no such file and lock themselves down silently under Secure Boot.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running) { return skip }
    let signing = context.facts.signing
    let path = "/sys/kernel/security/lockdown"
    let fix = ["take lockdown= off the kernel command line, or switch Secure Boot off, and reboot"]
    if let lockdown = signing.lockdown, lockdown != .none {
      return await context.signatureOutcome(
        "the kernel is locked down (\(lockdown.rawValue)): only signed modules", ["\(path): [\(lockdown.rawValue)]"],
        fix: fix)
    }
    if signing.lockdown == nil && signing.secureBoot == true && signing.locksDownUnderSecureBoot {
      return await context.signatureOutcome(
        "this kernel locks itself down under Secure Boot: only signed modules",
        ["Secure Boot is on, and the configuration asks for lockdown"], fix: fix)
    }
    return Outcome(.ok, signing.lockdown == nil ? "not in this kernel" : "off", evidence: [path])
  }
}

extension DoctorContext {
  /// Judges a policy that asks for signatures: harmless with a loaded or signed module, or with a key to sign one with, of which
  /// SIG06 says whether the kernel trusts it; else what keeps toa from loading.
  fileprivate func signatureOutcome(_ text: String, _ evidence: [String], fix: [String]) async -> Outcome {
    if isLoaded { return Outcome(.info, "\(text); toa.ko is loaded", evidence: evidence) }
    if file?.signer != nil { return Outcome(.info, "\(text); toa.ko is signed", evidence: evidence) }
    if file == nil, let key = await signingKey() {
      return Outcome(.info, "\(text); there is a key to sign toa.ko with", evidence: evidence + [key.files.key])
    }
    let sign = file == nil ? "toa sign --make-key --enroll" : "toa sign"
    let firmware = TrustedKeys.read(from: system.files).hasFirmware
    return Outcome(
      .error, text, expected: "a policy that takes unsigned modules, or a signed toa.ko", evidence: evidence,
      fix: firmware ? [sign] + fix.map { "or \($0)" } : fix)
  }
}
