// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Makes the key with which this host, or a fleet, signs its modules.
struct KeyMaking: Sendable {
  let system: System

  /// The certificate in PEM, beside the one in DER.
  static let pem = SigningKeyFiles.folder + "/toa.pem"

  /// Makes the key, unless there is one that can be used; returns it and whether it is new.
  ///
  /// The key is put in place last: where it is, the certificate is as well, whenever a run was killed.
  func make() async throws(ToaError) -> (key: SigningKey, isNew: Bool) {
    let own = SigningKeyFiles.own
    if system.files.exists(own.key) {
      let key = try await SigningKey.read(own, system)
      if var error = key.error {
        error.next.append("or take another: rm -r \(SigningKeyFiles.folder) && toa sign --make-key")
        throw error
      }
      return (key, false)
    }
    do throws(FileError) {
      try system.files.makeDirectory(SigningKeyFiles.folder, mode: 0o700)
    } catch {
      throw ToaError(.refused, "cannot make the folder \(error.path)", why: errorText(error.errno))
    }
    try await SigningFolder.use(SigningKeyFiles.folder + "/new", system) { (folder) async throws(ToaError) in
      let (key, certificate) = (folder.path + "/toa.key", folder.path + "/toa.pem")
      let configuration = try folder.write("openssl.cnf", Array(self.configuration.utf8), system)
      let result = try await system.openssl(
        OpenSSL.makeKey(
          system.located(key), certificate: system.located(certificate), configuration: system.located(configuration)))
      guard result.status == 0 else {
        let said = result.errorOutput.split(separator: "\n").filter { $0.contains("rror") }.suffix(4)
        throw ToaError(
          .unexpected, "openssl made no key",
          why: "openssl ended with exit status \(result.status):\n\(said.joined(separator: "\n"))")
      }
      let made = try await SigningCertificate.read(certificate, system)
      do throws(FileError) {
        try system.files.write(Self.pem, Array(made.pem.utf8))
        try system.files.write(own.certificate, made.der)
        try system.files.write(own.key, try system.files.bytes(key), mode: 0o600)
      } catch {
        throw ToaError(.refused, "cannot write \(error.path)", why: errorText(error.errno))
      }
    }
    let key = try await SigningKey.read(own, system)
    if let error = key.error { throw error }
    return (key, true)
  }

  /// The command that a person would type; the configuration is in docs/signing.md.
  static let typed = OpenSSL.makeKey(
    SigningKeyFiles.own.key, certificate: pem, configuration: SigningKeyFiles.folder + "/openssl.cnf"
  ).typed

  /// What the certificate is to say. The second usage is shim's "modules only": with it the key starts no boot loader.
  private var configuration: String {
    """
    [req]
    distinguished_name = name
    prompt = no
    string_mask = utf8only
    x509_extensions = extensions
    [name]
    commonName = \(commonName)
    [extensions]
    basicConstraints = critical,CA:FALSE
    keyUsage = digitalSignature
    extendedKeyUsage = codeSigning,1.3.6.1.4.1.2312.16.1.2
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid

    """
  }

  /// At most 64 bytes, of characters that mean nothing to openssl.
  private var commonName: String {
    let host = system.identity.hostName.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    return "toa modules of \(host.isEmpty ? "this host" : String(host.prefix(48)))"
  }
}
