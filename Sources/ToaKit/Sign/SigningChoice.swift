// SPDX-License-Identifier: Apache-2.0
internal import Host

/// How modules of a kernel are to be signed, and the key for it, which was looked at already.
struct SigningChoice: Sendable, Equatable {
  /// With which programs and files.
  var signing: ModuleSigning
  /// The key.
  var key: SigningKey

  /// What the packages say of who signed: SHA-1 over the certificate, in hexadecimal digits.
  var signer: String { key.certificate.digest }

  /// How modules of a kernel are to be signed: with the key that is named, or one that this host has, before others one that the
  /// running kernel trusts. Nil when there is nothing to sign with, or the kernel knows no signatures.
  static func wanted(
    _ system: System, _ facts: HostFacts, key: String?, certificate: String?
  ) async throws(ToaError) -> SigningChoice? {
    let named = try ModuleSigning.named(key, certificate)
    guard facts.config.map({ $0.isEnabled("MODULE_SIG") }) ?? true else {
      guard named == nil else {
        throw ToaError(
          .notApplicable, "kernel \(facts.target) knows no signatures of modules",
          why: "\(facts.config?.source ?? "its configuration") has no CONFIG_MODULE_SIG", next: ["leave the key out"])
      }
      return nil
    }
    if let named {
      let key = try await SigningKey.read(named, system)
      if let error = key.error { throw error }
      return SigningChoice(signing: ModuleSigning(facts, key.files, system), key: key)
    }
    // A kernel whose headers have no sign-file is none that is meant to be signed for.
    let isNeeded = facts.isRunning && facts.signing.requiresSignature
    guard
      isNeeded || !facts.headers.isUsable
        || SigningTool.find(for: facts.target, in: system.files, using: system.run) != nil
    else { return nil }
    return await SigningKey.best(for: facts.target, system).map { key in
      SigningChoice(signing: ModuleSigning(facts, key.files, system), key: key)
    }
  }
}

extension ModuleSigning {
  init(_ facts: HostFacts, _ key: SigningKeyFiles, _ system: System) {
    // Where the headers are still to come, they bring the program.
    let own = facts.headers.place + "/scripts/sign-file"
    let program =
      system.files.isFile(own) ? own : SigningTool.find(for: facts.target, in: system.files, using: system.run)
    self.init(
      signFile: program ?? SigningTool.standard(for: facts.target), hash: facts.signing.hash ?? "sha256", key: key.key,
      certificate: key.certificate)
  }

  /// The key that a person names; one half of it is a mistake.
  static func named(_ key: String?, _ certificate: String?) throws(ToaError) -> SigningKeyFiles? {
    switch (key, certificate) {
    case (nil, nil): return nil
    case (let key?, let certificate?): return SigningKeyFiles(.user, key: key, certificate: certificate)
    case (_?, nil):
      throw ToaError(.usage, "a key without its certificate", next: ["name the certificate as well, in DER or PEM"])
    case (nil, _?):
      throw ToaError(.usage, "a certificate without its key", next: ["name the key as well: a file or a pkcs11: URI"])
    }
  }
}

extension SigningKey {
  /// The key of this host with which modules of a kernel are signed: one that the running kernel trusts before the others.
  static func best(for release: KernelRelease?, _ system: System) async -> SigningKey? {
    let keys = await usable(for: release, system)
    let trusted = TrustedKeys.read(from: system.files)
    return keys.first { $0.standing(among: trusted) == .trusted } ?? keys.first
  }

  /// The keys of this host with which modules of a kernel can be signed. Without openssl, which says whether they can, there is none.
  private static func usable(for release: KernelRelease?, _ system: System) async -> [SigningKey] {
    let pairs = SigningKeyFiles.all(for: release, in: system.files)
    guard !pairs.isEmpty, system.run.find(OpenSSL.program) != nil else { return [] }
    var keys: [SigningKey] = []
    for pair in pairs {
      if let key = try? await read(pair, system), key.isUsable { keys.append(key) }
    }
    return keys
  }

  /// What the running kernel thinks of it.
  func standing(among trusted: TrustedKeys) -> TrustedKeys.Standing {
    trusted.standing(of: certificate.der, identifier: certificate.identifier)
  }
}
