// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// The making of the debs: one for the module of a kernel, one for the settings that all kernels share.
public struct PackageBuild: Sendable, Equatable, Codable {
  /// Where the debs are kept, so that an upgrade can go back.
  public static let folder = Journal.folder + "/packages"

  /// Kernel release.
  public var kernel: String
  /// dpkg's name of the architecture: "amd64".
  public var architecture: String
  /// Hash of the module's source.
  public var sourceSha256: String
  /// The module to package; nil packages the settings alone.
  public var module: String?
  /// Compiler that built it, as a person calls it.
  public var compiler: String?
  /// Value of the parameter `trusted`; nil leaves the module's default.
  public var trusted: String?
  /// Debs that are replaced.
  public var replaced: [String]

  /// Names of the packages of a kernel, in the order of installation.
  static func names(_ kernel: String) -> [String] { [CommonPackage.name, ModulePackage.name(kernel)] }

  /// The debs that come out.
  var files: PackageFiles { PackageFiles(names: [], paths: [], replaced: replaced) }

  var typedCommands: [String] { [] }

  func run(_ system: System, _ console: Console) async throws(ToaError) {}
}
