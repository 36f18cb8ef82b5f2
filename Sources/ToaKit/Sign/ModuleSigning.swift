// SPDX-License-Identifier: Apache-2.0
internal import Host

/// How modules of a kernel are signed: with the kernel's own program, its digest, and which key.
public struct ModuleSigning: Sendable, Equatable, Codable {
  /// Path of the kernel's sign-file.
  public var signFile: String
  /// The digest, as CONFIG_MODULE_SIG_HASH names it: "sha256".
  public var hash: String
  /// Path of the private key, or a `pkcs11:` URI.
  public var key: String
  /// Path of the certificate.
  public var certificate: String

  /// Creates the value.
  public init(signFile: String, hash: String, key: String, certificate: String) {
    self.signFile = signFile
    self.hash = hash
    self.key = key
    self.certificate = certificate
  }

  /// The signing of a module as a person would type it.
  public func typed(_ path: String) -> String { command(path).typed }

  private func command(_ path: String) -> Command { Command(signFile, [hash, key, certificate, path]) }

  /// Signs an uncompressed module in place and makes sure that its content and the certificate bear the signature out; one that is
  /// there already is replaced.
  public func sign(_ path: String, _ system: System, _ console: Console) async throws(ToaError) {
    let module: [UInt8]
    do throws(FileError) {
      module = try system.files.bytes(path)
    } catch {
      throw ToaError(.refused, "cannot sign \(path)", why: errorText(error.errno))
    }
    guard module.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
      throw ToaError(
        .refused, "cannot sign \(path)", why: "it is no module, or a compressed one: a signature belongs inside")
    }
    let certificate = try await SigningCertificate.read(certificate, system)
    let signed = try await SigningFolder.use(path + ".signing", system) {
      (folder) async throws(ToaError) -> [UInt8] in
      let copy = try folder.write("module", ModuleSignature.content(of: module), system)
      try await run(on: copy, named: path, system, console)
      guard let signed = try? system.files.bytes(copy) else {
        throw ToaError(.buildFailed, "cannot sign \(path)", why: "\(signFile) left no file")
      }
      try await check(signed, path, certificate, folder, system)
      return signed
    }
    do throws(FileError) {
      try system.files.write(path, signed, mode: system.files.mode(path) ?? 0o644)
    } catch {
      throw ToaError(.refused, "cannot write \(path)", why: errorText(error.errno))
    }
  }

  private func run(
    on copy: String, named path: String, _ system: System, _ console: Console
  ) async throws(ToaError) {
    guard system.files.isFile(signFile) || !signFile.hasPrefix("/") else {
      throw ToaError(
        .headersMissing, "cannot sign \(path)", why: "there is no \(signFile), the kernel's own program for it",
        next: ["install the kernel's headers: toa doctor --only HDR"])
    }
    let command = Command(
      system.located(signFile),
      [
        hash, SigningKeyFiles(.user, key: key, certificate: certificate).isInToken ? key : system.located(key),
        system.located(certificate), system.located(copy),
      ], environment: ["LC_ALL": "C"])
    let result: CommandResult
    do throws(CommandError) {
      result = try await system.run.run(command)
    } catch {
      throw ToaError(.buildFailed, "cannot sign \(path)", why: error.description)
    }
    let said = (result.output + result.errorOutput).split(separator: "\n").map(String.init)
    for line in said { console.detail(line) }
    guard result.status == 0 else {
      throw ToaError(
        .buildFailed, "cannot sign \(path)",
        why: (["sign-file ended with exit status \(result.status):"] + said.suffix(4)).joined(separator: "\n"),
        next: ["run it by hand to see all of it: \(typed(path))"])
    }
  }

  /// A signature that is there is not yet one that the kernel takes.
  private func check(
    _ signed: [UInt8], _ path: String, _ certificate: SigningCertificate, _ folder: SigningFolder, _ system: System
  ) async throws(ToaError) {
    let why: String
    switch try await SignatureVerdict.judge(signed, by: certificate, in: folder, system) {
    case .good, .unreadable: return
    case .unsigned: why = "sign-file reported success, and there is no signature"
    case .broken(let reason): why = "what sign-file appended is no signature: \(reason)"
    case .wrong: why = "the signature does not fit the certificate \(self.certificate): is it of another key?"
    }
    throw ToaError(
      .signatureRefused, "\(path) is not signed as it should be", why: why, next: ["toa doctor --only SIG"])
  }
}
