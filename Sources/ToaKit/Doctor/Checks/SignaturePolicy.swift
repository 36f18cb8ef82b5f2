// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let signatureEnforced = Check(
    "SIG02", .signature, "signatures enforced", about: .module,
    explanation: """
      A kernel can be told to take only modules with a signature that it trusts: by CONFIG_MODULE_SIG_FORCE when it is built, by
      module.sig_enforce=1 on its command line, or by Secure Boot on some distributions. toa builds its module on the host, and the
      host has no key that the kernel trusts, so the kernel refuses the module: "Key was rejected by service" or "Required key not
      available", and toa ends with exit status 12.

      Where the command line asks for it and nobody needs it, take module.sig_enforce=1 out of the boot loader's configuration, and
      reboot. Debian, Ubuntu, SUSE:
          sed -i 's/ *module.sig_enforce=1//' /etc/default/grub && update-grub
      RHEL and its kin:
          grubby --update-kernel=ALL --remove-args=module.sig_enforce=1

      Else sign the module with a key of one's own that is enrolled on the host (see SIG01):
          /lib/modules/$(uname -r)/build/scripts/sign-file sha256 KEY.priv KEY.der toa.ko
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
    return context.signatureOutcome("this kernel takes only signed modules", evidence, fix: unforced)
  }

  static let lockdown = Check(
    "SIG03", .signature, "lockdown", about: .module,
    explanation: """
      Lockdown keeps even root from changing the running kernel. In both of its modes, integrity and confidentiality, the kernel takes
      only modules with a signature that it trusts. It is switched on by Secure Boot, or by lockdown=integrity on the command line.

      Either sign the module with an enrolled key (see SIG01 and SIG02), or switch Secure Boot off in the firmware's setup, or take
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
      return context.signatureOutcome(
        "the kernel is locked down (\(lockdown.rawValue)): only signed modules", ["\(path): [\(lockdown.rawValue)]"],
        fix: fix)
    }
    if signing.lockdown == nil && signing.secureBoot == true && signing.locksDownUnderSecureBoot {
      return context.signatureOutcome(
        "this kernel locks itself down under Secure Boot: only signed modules",
        ["Secure Boot is on, and the configuration asks for lockdown"], fix: fix)
    }
    return Outcome(.ok, signing.lockdown == nil ? "not in this kernel" : "off", evidence: [path])
  }

  static let moduleSigned = Check(
    "SIG07", .signature, "signature of toa.ko", about: .module,
    explanation: """
      A signature is appended to the module file and names its signer. Where the policy asks for one (SIG02, SIG03), a file without it
      is refused. A signature alone is not enough: the key must be among those that the kernel trusts, built in, or enrolled as a
      machine owner key.

      Sign the file before it is compressed and after it is stripped, then load it:
          /lib/modules/$(uname -r)/build/scripts/sign-file sha256 KEY.priv KEY.der toa.ko
          modinfo -F signer toa.ko
          mokutil --test-key KEY.der
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running) { return skip }
    guard context.facts.signing.requiresSignature else {
      let signer = context.file?.signer.map { "signed by \($0)" }
      return Outcome(.ok, signer ?? "none needed")
    }
    guard let file = context.file else { return context.unmet(.moduleFile) ?? Outcome(.skipped, "no file") }
    if let signer = file.signer {
      return Outcome(
        context.isLoaded ? .ok : .info,
        "signed by \(signer)"
          + (context.isLoaded ? ", and the kernel took it" : "; loading it shows whether the key is trusted"),
        evidence: [file.path])
    }
    if context.isLoaded {
      return Outcome(
        .warning, "the file is unsigned; the loaded module would be refused at the next boot", evidence: [file.path],
        fix: ["sign it with an enrolled key: toa doctor --explain SIG07"])
    }
    return Outcome(
      .error, "toa.ko is not signed", expected: "a signature by a key that the kernel trusts", evidence: [file.path],
      fix: ["/lib/modules/\(context.kernel)/build/scripts/sign-file sha256 KEY.priv KEY.der \(file.path)"])
  }
}

extension DoctorContext {
  /// Judges a policy that asks for signatures: harmless with a loaded or signed module, else what keeps toa from loading.
  fileprivate func signatureOutcome(_ text: String, _ evidence: [String], fix: [String]) -> Outcome {
    if isLoaded { return Outcome(.info, "\(text); toa.ko is loaded", evidence: evidence) }
    if file?.signer != nil { return Outcome(.info, "\(text); toa.ko is signed", evidence: evidence) }
    return Outcome(
      .error, text, expected: "a policy that takes unsigned modules, or a signed toa.ko", evidence: evidence,
      fix: fix + ["or sign it with an enrolled key: toa doctor --explain SIG07"])
  }
}
