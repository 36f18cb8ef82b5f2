// SPDX-License-Identifier: Apache-2.0
internal import Host

extension ModuleManifest {
  /// What the running kernel thinks of the key with which the module was signed where it was built; nil for an unsigned one.
  func standing(among trusted: TrustedKeys) -> TrustedKeys.Standing? {
    signer.map { _ in signerKey.map(trusted.standing(ofIdentifier:)) ?? .unknown }
  }
}

extension ModuleFetch {
  /// Whether the signature that the module came with stays. It does where the running kernel trusts its key, and where there is no
  /// other key to sign with; a key that a person named is always taken.
  func keepsSignature(besides own: SigningChoice?, isNamed: Bool, _ system: System) -> Bool {
    guard !isNamed, manifest.signer != nil else { return false }
    return own == nil || manifest.standing(among: .read(from: system.files)) == .trusted
  }

  /// What is done with the module here, and who has signed it then. With a signature that stays nothing is stripped, as that would
  /// take it away.
  func finish(
    _ own: SigningChoice?, isNamed: Bool, _ compression: ModuleCompression, _ system: System
  ) -> (finish: ModuleFinish, signer: String?) {
    guard !keepsSignature(besides: own, isNamed: isNamed, system) else {
      return (ModuleFinish(module: module, strip: nil, compression: compression), manifest.signer)
    }
    let finish = ModuleFinish(
      module: module, strip: system.run.find("strip").map { _ in "strip" }, signing: own?.signing,
      compression: compression)
    return (finish, own?.signer)
  }
}
