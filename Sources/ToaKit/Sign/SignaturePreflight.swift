// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Whether a kernel that takes only signed modules would take the one that is about to be built.
struct SignaturePreflight: Sendable {
  let system: System
  let facts: HostFacts
  let request: InstallRequest

  /// Throws where the running kernel would refuse the module, before anything is built: with what is missing to a key that it
  /// trusts, and what a person has to do. `fetched` is a module that comes with its signature, which then needs no key here.
  func check(_ fetched: ModuleFetch? = nil) async throws(ToaError) {
    guard facts.isRunning, let reason = facts.signing.reasonForSignature else { return }
    // The kernel has taken one already, wherever it was signed.
    if !request.otherTree, LiveModule(system)?.isOurs == true { return }
    let choice = try await SigningChoice.wanted(
      system, facts, key: request.signKey, certificate: request.signCertificate)
    if let fetched, fetched.keepsSignature(besides: choice, isNamed: request.signKey != nil, system) {
      return try check(the: fetched, reason)
    }
    guard let choice else { throw try await withoutKey(reason) }
    let enrolment = KeyEnrolment(of: choice.key, system, policy: facts.signing)
    switch enrolment.standing {
    // Where nobody may look, the kernel itself answers.
    case .trusted, .unreadable: return
    case .pending, .ignored, .unknown:
      throw error(
        "\(reason), and it does not trust the key \(choice.signing.key). \(enrolment.sentence)", enrolment.steps)
    }
  }

  /// Its manifest's word is enough here: where that is wrong, the kernel refuses the module and everything is undone.
  private func check(the fetched: ModuleFetch, _ reason: String) throws(ToaError) {
    switch fetched.manifest.standing(among: .read(from: system.files)) {
    case .trusted, .unreadable: return
    case .pending, .ignored, .unknown, nil:
      throw error(
        "\(reason), and it does not trust the key with which the module in \(fetched.place) is signed (SHA-1 of its certificate: "
          + "\(fetched.manifest.signer ?? "none"))",
        [
          "mokutil --import CERTIFICATE   (that of the key, in DER)",
          "reboot, and confirm it on the console", "then run the same command again",
        ])
    }
  }

  private func withoutKey(_ reason: String) async throws(ToaError) -> ToaError {
    let pairs = SigningKeyFiles.all(for: facts.target, in: system.files)
    if !pairs.isEmpty && system.run.find(OpenSSL.program) == nil {
      return error(
        "\(reason), and openssl, which checks the keys of this host, is not installed",
        system.missing(OpenSSL.program, "").next)
    }
    if let first = pairs.first, let problem = try await SigningKey.read(first, system).error {
      return error("\(reason), and the key \(first.key) cannot be used: \(problem.why)", problem.next)
    }
    guard TrustedKeys.read(from: system.files).hasFirmware else {
      return error(
        "\(reason). This machine was not started by UEFI firmware, so that no key can be enrolled: only one that is built into "
          + "the kernel would do",
        ["toa install --sign-key KEY --sign-cert CERT   (with the key of this kernel's build)"] + turnOff)
    }
    return error(
      "\(reason), and this host has no key to sign with",
      ["toa sign --make-key --enroll", "reboot, and confirm the key on the console", "then run the same command again"])
  }

  /// The policy is a parameter of the boot loader where nobody needs it.
  private var turnOff: [String] {
    facts.signing.isForcedByCommandLine ? ["or take module.sig_enforce=1 off the kernel command line and reboot"] : []
  }

  private func error(_ why: String, _ next: [String]) -> ToaError {
    ToaError(
      .signatureRefused, "this kernel takes only signed modules", why: why, next: next + ["toa doctor --only SIG"])
  }
}
