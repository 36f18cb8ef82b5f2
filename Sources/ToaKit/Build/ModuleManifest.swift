// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What is known of a built module: for which kernel it is, what it was made of and with. It lies beside the module as `toa.ko.json`.
public struct ModuleManifest: Sendable, Equatable, Codable {
  /// Name and version of the shape that is written.
  public static let shape = "toa.module/1"
  /// Name of the file beside the module.
  public static let fileName = "toa.ko.json"
  /// Names that the module may have.
  static let moduleNames = ModuleCompression.allCases.map { "toa" + $0.suffix }

  /// Shape of the document.
  public var schema = shape
  /// Kernel release, as vermagic has it.
  public var kernel: String
  /// The kernel's processor as `uname -m` prints it: "x86_64".
  public var architecture: String
  /// Hash of the kernel's configuration (`KernelConfig.canonicalText`); nil where none could be read.
  public var configSha256: String?
  /// The compiler as a person calls it.
  public var compiler: String
  /// Hash of the module's source.
  public var sourceSha256: String
  /// Hash of the module's file as it lies there, compressed or not.
  public var sha256: String
  /// Name of that file, in the same folder.
  public var file: String
  /// Its size in bytes.
  public var size: Int
  /// SHA-1 over the certificate with whose key the module is signed, in hexadecimal digits; nil for an unsigned one.
  public var signer: String?
  /// Subject key identifier of that certificate, by which /proc/keys of a kernel that trusts it names it.
  public var signerKey: String?

  /// Creates a manifest.
  public init(
    kernel: String, architecture: String, configSha256: String?, compiler: String, sourceSha256: String, sha256: String,
    file: String, size: Int, signer: String? = nil, signerKey: String? = nil
  ) {
    self.kernel = kernel
    self.architecture = architecture
    self.configSha256 = configSha256
    self.compiler = compiler
    self.sourceSha256 = sourceSha256
    self.sha256 = sha256
    self.file = file
    self.size = size
    self.signer = signer
    self.signerKey = signerKey
  }

  /// The manifest of the module in the file `path`.
  static func describing(
    _ path: String, build: ModuleBuild, facts: HostFacts, signedBy certificate: SigningCertificate?, _ system: System
  ) async throws(ToaError) -> ModuleManifest {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try system.files.bytes(path)
    } catch {
      throw ToaError(.buildFailed, "cannot read \(path)", why: errorText(error.errno))
    }
    return ModuleManifest(
      kernel: build.kernel, architecture: facts.architecture(system),
      configSha256: try await facts.configSha256(system),
      compiler: build.compilerName, sourceSha256: try await CarriedSources.sha256(system),
      sha256: try await CarriedSources.sha256(of: bytes, system),
      file: String(path.split(separator: "/").last ?? ""), size: bytes.count, signer: certificate?.digest,
      signerKey: certificate?.identifier)
  }

  /// The manifest as it is written.
  var text: String { jsonText(self) + "\n" }

  /// Reads a manifest; nil for any other text, for a later shape and for a file that is not in the same folder.
  static func read(_ text: String) -> ModuleManifest? {
    guard let manifest = jsonValue(ModuleManifest.self, from: text), manifest.schema == shape,
      moduleNames.contains(manifest.file), manifest.size > 0, manifest.sha256.isHash, manifest.sourceSha256.isHash
    else { return nil }
    return manifest
  }
}

extension HostFacts {
  /// The target's processor as `uname -m` prints it; this machine's where the configuration does not say it.
  func architecture(_ system: System) -> String { processor?.machine ?? system.identity.machine }

  /// Hash of the target's configuration; nil where none can be read.
  func configSha256(_ system: System) async throws(ToaError) -> String? {
    guard let config else { return nil }
    return try await CarriedSources.sha256(of: Array(config.canonicalText.utf8), system)
  }
}

extension String {
  /// Whether this is a SHA-256 in hexadecimal digits.
  fileprivate var isHash: Bool { utf8.count == 64 && utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) } }
}
