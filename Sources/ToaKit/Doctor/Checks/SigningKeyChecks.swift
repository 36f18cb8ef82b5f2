// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

extension Check {
  static let signingKey = Check(
    "SIG05", .signature, "signing key", about: .module,
    explanation: """
      toa signs what it builds when this host has a key for it: its own in /var/lib/toa/keys, that of Ubuntu in
      /var/lib/shim-signed/mok, that of DKMS in /var/lib/dkms, or the one that the running kernel was built with. One that the kernel
      trusts comes before the others; --sign-key and --sign-cert name another.

      A key is used when only root may read it, when it belongs to its certificate, and when it has 2048 bits or more; firmware
      takes RSA with 2048 everywhere. Who can read the key can sign code for every kernel that trusts it.
          chmod 600 KEY
          openssl x509 -in CERT -noout -text

      Make a key of this host's own, once:
          toa sign --make-key
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .root) { return skip }
    let pairs = context.keyFiles
    guard let first = pairs.first else {
      guard context.facts.signing.requiresSignature else { return Outcome(.ok, "none, and none is needed") }
      return Outcome(.info, "none on this host", fix: ["toa sign --make-key"])
    }
    guard context.system.run.find(OpenSSL.program) != nil else {
      return Outcome(.skipped, "openssl, which would read it, is not installed", evidence: [first.key])
    }
    var unusable: Outcome?
    for files in pairs {
      let key: SigningKey
      do throws(ToaError) {
        key = try await SigningKey.read(files, context.system)
      } catch {
        unusable = unusable ?? Outcome(.warning, error.description, evidence: [files.certificate], fix: error.next)
        continue
      }
      let evidence = [files.key, "\(files.certificate): SHA-1 \(key.certificate.fingerprint)"]
      if let error = key.error {
        unusable = unusable ?? Outcome(.warning, "\(error.what): \(error.why)", evidence: evidence, fix: error.next)
      } else if let problem = key.problems.first {
        return Outcome(.info, "\(key.certificate.name); \(problem.text)", evidence: evidence)
      } else {
        return Outcome(.ok, key.certificate.name, evidence: evidence)
      }
    }
    return unusable ?? Outcome(.ok, "none")
  }

  static let keyEnrolled = Check(
    "SIG06", .signature, "signing key trusted", about: .module,
    explanation: """
      A signature counts when the kernel has the key's certificate: built in, or taken over at boot from the list of machine owner's
      keys that shim keeps in the firmware. Putting one there takes two steps. mokutil leaves a request and asks for a password; at
      the next boot a blue screen waits ten seconds for a key to be pressed on the machine's own console, and asks for that password:
          toa sign --enroll
          reboot
      In the blue screen: Enroll MOK, Continue, Yes, the password, Reboot. A remote host needs its remote console (IPMI, iDRAC, iLO, or
      the one of the cloud); nothing inside the system can confirm it, which is the point.

      A fleet does this once for one key, and signs its modules in one place (docs/signing.md). What is enrolled, and what waits:
          mokutil --list-enrolled
          mokutil --list-new
          grep asymm /proc/keys
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running, .root) { return skip }
    guard let key = await context.signingKey() else {
      return context.facts.signing.requiresSignature || !context.keyFiles.isEmpty
        ? Outcome(.skipped, "needs a key that can be used (SIG05)") : Outcome(.ok, "no key, and none is needed")
    }
    let enrolment = KeyEnrolment(of: key, context.system, policy: context.facts.signing)
    let evidence = ["\(key.files.certificate): \(key.certificate.name), SHA-1 \(key.certificate.fingerprint)"]
    let isNeeded = context.facts.signing.requiresSignature
    switch enrolment.standing {
    case .trusted: return Outcome(.ok, "yes", evidence: evidence)
    case .unreadable: return Outcome(.skipped, "neither the kernel's keys nor the firmware's can be read")
    case .pending, .ignored, .unknown:
      let text =
        enrolment.standing == .pending
        ? "the key waits in the firmware for a confirmation at the next boot"
        : enrolment.standing == .ignored
          ? "the firmware has the key, this kernel has not taken it over" : "this kernel does not know the key"
      guard isNeeded else {
        return Outcome(.info, "\(text); it takes unsigned modules as well", evidence: evidence)
      }
      // A loaded module was signed by somebody else whom the kernel trusts.
      return Outcome(
        context.isLoaded ? .warning : .error, text, expected: "a key in the kernel's keyrings", evidence: evidence,
        fix: enrolment.steps)
    }
  }

  static let moduleSigned = Check(
    "SIG07", .signature, "signature of toa.ko", about: .module,
    explanation: """
      A signature is appended to the module and names its signer. Where the policy asks for one (SIG02, SIG03), a file without it is
      refused; so is one that was changed after it was signed, by strip for instance. This check has openssl compare content,
      signature and the certificates of this host's keys; whether the kernel trusts the key is said by SIG06.

      Sign the installed module again, inside its compression:
          toa sign
          modinfo -F signer toa
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running) { return skip }
    guard let file = context.file else {
      return context.facts.signing.requiresSignature
        ? context.unmet(.moduleFile) ?? Outcome(.skipped, "no file") : Outcome(.ok, "none needed")
    }
    let isNeeded = context.facts.signing.requiresSignature
    switch try await context.installedSignature(file.path) {
    case .good(let name):
      return Outcome(.ok, "by \(name); its content bears it out", evidence: [file.path])
    case .bad(let why):
      return Outcome(
        isNeeded && !context.isLoaded ? .error : .warning, why,
        expected: "a signature that the content and a certificate of this host bear out", evidence: [file.path],
        fix: ["toa sign"])
    case .nobodyHere where file.signer == nil && !isNeeded:
      return Outcome(.ok, "none needed", evidence: [file.path])
    case .nobodyHere:
      if let signer = file.signer {
        return Outcome(
          context.isLoaded || !isNeeded ? .ok : .info,
          "signed by \(signer)"
            + (!isNeeded
              ? "" : context.isLoaded ? ", and the kernel took it" : "; loading it shows whether the key is trusted"),
          evidence: [file.path])
      }
      if context.isLoaded {
        return Outcome(
          .warning, "the file is unsigned; the loaded module would be refused at the next boot", evidence: [file.path],
          fix: ["toa sign", "toa doctor --explain SIG07"])
      }
      return Outcome(
        .error, "toa.ko is not signed", expected: "a signature by a key that the kernel trusts", evidence: [file.path],
        fix: [await context.signingKey() == nil ? "toa sign --make-key --enroll" : "toa sign"])
    }
  }
}

extension DoctorContext {
  /// The pairs of this host that modules of the kernel can be signed with.
  fileprivate var keyFiles: [SigningKeyFiles] { SigningKeyFiles.all(for: facts.target, in: system.files) }

  /// The key that `toa install` would take.
  func signingKey() async -> SigningKey? { await SigningKey.best(for: facts.target, system) }

  /// What the keys of this host say of the installed module's signature.
  fileprivate enum InstalledSignature {
    /// Content and a certificate bear it out.
    case good(String)
    /// It was made by a key of this host and does not fit, or it is none.
    case bad(String)
    /// No key of this host made it, there is none, or nobody here can say.
    case nobodyHere
  }

  /// Only root may: the keys are root's, and openssl wants the content in a file.
  fileprivate func installedSignature(_ path: String) async throws(ToaError) -> InstalledSignature {
    let certificates = keyFiles.map(\.certificate)
    guard system.identity.userID == 0, !certificates.isEmpty, system.run.find(OpenSSL.program) != nil else {
      return .nobodyHere
    }
    return try await SigningFolder.use("/run/toa/doctor-\(getpid())", system) {
      (folder) async throws(ToaError) -> InstalledSignature in
      let module = try await CompressedModule.read(path, in: folder, system)
      let named = file?.signer
      for path in certificates {
        guard let certificate = try? await SigningCertificate.read(path, system) else { continue }
        switch try await SignatureVerdict.judge(module.bytes, by: certificate, in: folder, system) {
        case .good: return .good(certificate.name)
        case .broken(let reason): return .bad("what is appended to toa.ko is no signature: \(reason)")
        case .wrong where certificate.name == named:
          return .bad("toa.ko was changed after \(certificate.name) signed it, or another key of that name did")
        case .unsigned, .unreadable, .wrong: continue
        }
      }
      return .nobodyHere
    }
  }
}
