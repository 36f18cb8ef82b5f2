// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What stands between a key and a kernel that trusts it, and what a person has to do about it.
struct KeyEnrolment: Sendable {
  /// What the kernel thinks of the key now.
  var standing: TrustedKeys.Standing
  /// Why the running kernel takes only signed modules; nil when it takes others, too.
  var reason: String?
  /// The same as a sentence.
  var sentence: String
  /// Commands and things to do, in order.
  var steps: [String]

  /// Looks at the firmware and the running kernel; `policy` is what that asks of modules, where it was read already.
  init(of key: SigningKey, _ system: System, policy: SigningPolicy? = nil) {
    let trusted = TrustedKeys.read(from: system.files)
    let policy = policy ?? SigningPolicy.read(from: system.files, config: nil)
    let reason = policy.reasonForSignature
    self.reason = reason
    guard KernelRelease.running(in: system.files) != nil else {
      standing = .unreadable
      sentence = "Nothing runs here: whether a kernel trusts this key is told on its own machine."
      steps = ["there: mokutil --import \(key.files.certificate)"]
      return
    }
    standing = key.standing(among: trusted)
    switch standing {
    case .trusted:
      sentence = "The running kernel trusts this key."
      steps = []
    case .pending:
      sentence = "The key waits in the firmware until somebody confirms it at the next boot."
      steps = ["reboot"] + Self.console
    case .ignored:
      sentence = "The key is enrolled in the firmware, but the running kernel has not taken it over."
      steps = [
        "reboot; where it stays so, the kernel was built without the machine owner's keys (CONFIG_LOAD_UEFI_KEYS)"
      ]
    case .unreadable:
      sentence = "Whether the kernel trusts this key is told to root only."
      steps = ["sudo toa sign --enroll"]
    case .unknown where trusted.hasFirmware:
      sentence = "The running kernel does not know this key."
      steps = Self.importing(key, system) + ["reboot"] + Self.console
    case .unknown:
      sentence =
        "The running kernel does not know this key, and can be taught none: it was not started by UEFI firmware."
      steps = reason.map { _ in Self.withoutFirmware(policy) } ?? []
    }
    if reason == nil, standing != .trusted {
      sentence +=
        policy.secureBoot == false
        ? " It takes unsigned modules as well, as long as Secure Boot is off." : " It takes unsigned modules as well."
    }
  }

  /// What is typed on the machine's console after the reboot.
  private static let console = [
    "on the machine's own console (a remote host needs its remote console), within ten seconds in the blue screen: "
      + "press a key, Enroll MOK, Continue, Yes, the password, Reboot"
  ]

  /// mokutil asks for a password of this one occasion, and MokManager asks for it again.
  static func command(_ key: SigningKey) -> Command {
    key.files.maker == .ubuntu
      ? Command("update-secureboot-policy", ["--enroll-key"]) : Command("mokutil", ["--import", key.files.certificate])
  }

  private static func importing(_ key: SigningKey, _ system: System) -> [String] {
    let command = command(key)
    let tool =
      system.run.find(command.program) == nil ? system.missing(command.program, "").next : []
    return tool + [command.typed + "   (asks for a password that is used once)"]
  }

  private static func withoutFirmware(_ policy: SigningPolicy) -> [String] {
    (policy.isForcedByCommandLine ? ["take module.sig_enforce=1 off the kernel command line and reboot"] : [])
      + ["use eBPF, which needs no signature: toa install --backend ebpf"]
  }
}

extension KeyEnrolment {
  /// What remains of a certificate in the firmware when its files go, and how it is taken out there; nil when nothing does.
  static func remains(of certificate: SigningCertificate, _ system: System) -> [String]? {
    let trusted = TrustedKeys.read(from: system.files)
    let name = "the certificate \"\(certificate.name)\" (SHA-1 \(certificate.fingerprint))"
    if trusted.pending.contains(certificate.der) {
      return ["\(name) waits in the firmware to be enrolled; to withdraw that: mokutil --revoke-import"]
    }
    guard trusted.enrolled?.contains(certificate.der) == true else { return nil }
    return [
      "\(name) stays enrolled in the firmware, which only its owner changes",
      "to take it out: mokutil --export, then mokutil --delete of the MOK-….der with this name, and reboot",
    ]
  }
}
