// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let secureBoot = Check(
    "SIG01", .signature, "Secure Boot", about: .module,
    explanation: """
      Under UEFI Secure Boot the firmware starts only signed boot loaders and kernels. Most distributions' kernels then lock themselves
      down and take only modules signed with a key that they trust; Debian, Ubuntu, RHEL and SUSE do. Whether this kernel does is
      said by SIG02 and SIG03; Secure Boot alone refuses nothing.

      To use a key of one's own: make one, hand it to the firmware, reboot, and confirm it on the console (in the blue screen of
      MokManager; a remote host needs a remote console):
          toa sign --make-key --enroll
          reboot
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running) { return skip }
    let variable = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    switch context.facts.signing.secureBoot {
    case true?: return Outcome(.info, "on", evidence: ["\(variable): 1"])
    case false?: return Outcome(.ok, "off", evidence: ["\(variable): 0"])
    case nil: return Outcome(.ok, "not used: no EFI variable says otherwise")
    }
  }
}
