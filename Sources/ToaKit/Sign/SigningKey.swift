// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A private key with its certificate, looked at before it signs anything.
struct SigningKey: Sendable, Equatable {
  /// Something that is wrong with a key.
  struct Problem: Sendable, Equatable {
    /// What, as a clause.
    var text: String
    /// The command that mends it; nil when only another key does.
    var fix: String?
    /// Whether the key must not or cannot be used.
    var isFatal: Bool
  }

  /// The files.
  var files: SigningKeyFiles
  /// What the certificate says.
  var certificate: SigningCertificate
  /// What is wrong, the worst first.
  var problems: [Problem]

  /// Whether modules can be signed with it.
  var isUsable: Bool { !problems.contains(where: \.isFatal) }

  /// Reads and checks a pair. A key in a token is not asked for: the signature that it makes shows whether it is the right one.
  static func read(_ files: SigningKeyFiles, _ system: System) async throws(ToaError) -> SigningKey {
    let certificate = try await SigningCertificate.read(files.certificate, system)
    var problems: [Problem] = []
    if !files.isInToken {
      problems += modeProblem(files, system)
      problems += try await matchProblem(files, system)
    }
    problems += certificateProblems(certificate)
    return SigningKey(files: files, certificate: certificate, problems: problems.sorted { $0.isFatal && !$1.isFatal })
  }

  /// The error that a key which cannot be used is; nil when it can.
  var error: ToaError? {
    guard let problem = problems.first(where: \.isFatal) else { return nil }
    return ToaError(
      .refused, "the key \(files.key) cannot be used", why: problem.text,
      next: [problem.fix ?? "take another key: toa sign --key KEY --cert CERT"])
  }

  /// Whoever reads the key can sign code for every kernel that trusts it.
  private static func modeProblem(_ files: SigningKeyFiles, _ system: System) -> [Problem] {
    guard let mode = system.files.mode(files.key), mode & 0o077 != 0 else { return [] }
    return [
      Problem(
        text: "others may read it: its mode is \(String(mode, radix: 8))",
        fix: "chmod 600 \(shellQuoted(files.key))", isFatal: true)
    ]
  }

  private static func matchProblem(_ files: SigningKeyFiles, _ system: System) async throws(ToaError) -> [Problem] {
    let text: String
    let isDER: Bool
    do throws(FileError) {
      text = try system.files.text(files.key)
      isDER = SigningCertificate.isDER(try system.files.bytes(files.certificate, limit: 16))
    } catch {
      return [Problem(text: "\(error.path) cannot be read: \(errorText(error.errno))", isFatal: true)]
    }
    let isEncrypted = text.contains("ENCRYPTED")
    let key = try await system.openssl(
      OpenSSL.publicKey(ofKey: system.located(files.key), isEncrypted: isEncrypted))
    guard key.status == 0 else {
      return [
        isEncrypted
          ? Problem(
            text: "it has a pass phrase", fix: "put the pass phrase into the variable KBUILD_SIGN_PIN", isFatal: true)
          : Problem(text: "openssl cannot read it as a private key", isFatal: true)
      ]
    }
    let own = try await system.openssl(
      OpenSSL.publicKey(inCertificate: system.located(files.certificate), isDER: isDER))
    guard own.status == 0, own.output == key.output else {
      return [Problem(text: "\(files.certificate) is the certificate of another key", isFatal: true)]
    }
    return []
  }

  private static func certificateProblems(_ certificate: SigningCertificate) -> [Problem] {
    var problems: [Problem] = []
    if let bits = certificate.rsaBits, bits < 2048 {
      problems.append(Problem(text: "an RSA key of \(bits) bits is too short: 2048 are needed", isFatal: true))
    } else if let bits = certificate.rsaBits, bits > 4096 {
      problems.append(Problem(text: "firmware often takes no RSA key of \(bits) bits; 2048 does", isFatal: false))
    } else if certificate.rsaBits == nil {
      problems.append(
        Problem(text: "it is no RSA key: kernels before 5.13 and much firmware take no other", isFatal: false))
    }
    if !certificate.isForCode {
      problems.append(
        Problem(
          text: "its certificate is not for signing code, which some kernels ask for (codeSigning)", isFatal: false))
    }
    return problems
  }
}
