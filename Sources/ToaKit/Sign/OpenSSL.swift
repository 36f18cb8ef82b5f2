// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The openssl commands that toa runs: options that every version since 1.0.1 has.
enum OpenSSL {
  static let program = "openssl"

  /// A new key and a certificate for it, as `configuration` says.
  static func makeKey(_ key: String, certificate: String, configuration: String) -> Command {
    command([
      "req", "-new", "-x509", "-nodes", "-newkey", "rsa:2048", "-sha256", "-days", "36500", "-config", configuration,
      "-keyout", key, "-out", certificate,
    ])
  }

  /// What a certificate says, and after that the certificate in PEM.
  static func show(_ certificate: String, isDER: Bool) -> Command {
    command([
      "x509", "-in", certificate, "-inform", isDER ? "DER" : "PEM", "-subject", "-nameopt", "multiline,utf8,-esc_msb",
      "-fingerprint", "-sha1", "-text",
    ])
  }

  /// The public key in a certificate.
  static func publicKey(inCertificate certificate: String, isDER: Bool) -> Command {
    command(["x509", "-in", certificate, "-inform", isDER ? "DER" : "PEM", "-noout", "-pubkey"])
  }

  /// The public key that belongs to a private one. A pass phrase comes from where sign-file takes it.
  static func publicKey(ofKey key: String, isEncrypted: Bool) -> Command {
    command(["pkey", "-in", key] + (isEncrypted ? ["-passin", "env:KBUILD_SIGN_PIN"] : []) + ["-pubout"])
  }

  /// Checks a detached signature with one certificate, whoever issued that.
  static func verify(_ signature: String, content: String, certificate: String) -> Command {
    command([
      "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", content, "-certfile", certificate,
      "-nointern", "-noverify", "-out", "/dev/null",
    ])
  }

  private static func command(_ arguments: [String]) -> Command {
    Command(program, arguments, environment: ["LC_ALL": "C"])
  }
}

extension System {
  /// Runs openssl; a version that is not installed is an error with the command that brings it.
  func openssl(_ command: Command) async throws(ToaError) -> CommandResult {
    guard run.find(OpenSSL.program) != nil else { throw missing(OpenSSL.program, "it makes and checks keys") }
    do throws(CommandError) {
      return try await run.run(command)
    } catch {
      throw ToaError(.unexpected, "cannot run openssl", why: error.reason)
    }
  }

  /// A program that is not installed, with the command that brings the package of the same name.
  func missing(_ program: String, _ purpose: String) -> ToaError {
    let advice = PackageAdvice(manager: Distribution.detect(in: files).packageManager, packages: [program])
    return ToaError(.notApplicable, "\(program) is not installed", why: purpose, next: advice.lines)
  }

  /// Where `path` of the tree is for a program that runs on this machine.
  func located(_ path: String) -> String { files.locate(path) ?? path }
}
