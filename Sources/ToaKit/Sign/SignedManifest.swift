// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The manifest beside a module that is being signed: it has to speak of the file as it is afterwards.
///
/// The new one is written under another name before the module is replaced, so that a run after a kill knows it.
struct SignedManifest: Sendable {
  private let manifest: ModuleManifest
  private let path: String
  private let system: System

  private var coming: String { Self.coming(path) }

  private static func coming(_ path: String) -> String { path + ".toa-sign" }

  /// Reads the manifest beside a module; nil when none speaks of that file. One that speaks of other bytes is an error: a signature
  /// would vouch for whatever happened to them since they were built.
  init?(beside module: String, _ system: System) async throws(ToaError) {
    let name = module.split(separator: "/").last.map(String.init) ?? ""
    path = String(module.dropLast(name.count)) + ModuleManifest.fileName
    self.system = system
    let bytes: [UInt8]
    do throws(FileError) {
      guard system.files.isFile(path) else { return nil }
      bytes = try system.files.bytes(module)
    } catch {
      throw ToaError(.refused, "cannot read \(error.path)", why: errorText(error.errno))
    }
    let sha256 = try await CarriedSources.sha256(of: bytes, system)
    // A killed run had replaced the module already, or had not.
    if let text = try? system.files.text(Self.coming(path)) {
      if ModuleManifest.read(text)?.sha256 == sha256 { try Self.write(text, path, system) }
      try? system.files.remove(Self.coming(path))
    }
    guard let found = (try? system.files.text(path)).flatMap(ModuleManifest.read), found.file == name else {
      return nil
    }
    guard found.sha256 == sha256 else {
      throw ToaError(
        .refused, "\(path) does not speak of this \(name)",
        why: "the module has changed since it was built: its SHA-256 is another one",
        next: ["build it again: toa build --out DIR", "or sign it without: rm \(shellQuoted(path))"])
    }
    manifest = found
  }

  /// Keeps what the manifest will say once the module has these bytes.
  func prepare(_ bytes: [UInt8], signedBy certificate: SigningCertificate) async throws(ToaError) {
    var signed = manifest
    signed.sha256 = try await CarriedSources.sha256(of: bytes, system)
    signed.size = bytes.count
    signed.signer = certificate.digest
    signed.signerKey = certificate.identifier
    try Self.write(signed.text, coming, system)
  }

  /// Puts in place what was prepared, as the module has these bytes now.
  func finish() throws(ToaError) {
    guard let text = try? system.files.text(coming) else { return }
    try Self.write(text, path, system)
    try? system.files.remove(coming)
  }

  /// Whether it says that this certificate's key signed the module.
  func names(_ certificate: SigningCertificate) -> Bool {
    manifest.signer == certificate.digest && manifest.signerKey == certificate.identifier
  }

  private static func write(_ text: String, _ path: String, _ system: System) throws(ToaError) {
    do throws(FileError) {
      try system.files.write(path, Array(text.utf8))
    } catch {
      throw ToaError(.refused, "cannot write \(path)", why: errorText(error.errno))
    }
  }
}
