// SPDX-License-Identifier: Apache-2.0
public import Host
internal import Packaging

/// The making of the package that makes a transparent proxy's rules at boot: the running program, its settings and a unit.
public struct TransparentPackageBuild: Sendable, Equatable, Codable {
  /// Folder that gets the package.
  public var folder: String
  /// What the package is a file of.
  public var format: PackageFormat?
  /// The format's name of the architecture: "amd64".
  public var architecture: String
  /// The rules.
  public var settings: TransparentSettings
  /// Packages of the programs that it runs, nft or iptables and ip, and of the libraries that it needs.
  public var depends: [String]
  /// Packages that are replaced, as files.
  public var replaced: [String]
}

extension TransparentPackageBuild: ProgramPackageBuild {
  static var name: String { TransparentPackage.name }

  func package(_ format: PackageFormat, program: [UInt8]) throws -> Package {
    try TransparentPackage(
      version: toaVersion, architecture: architecture, settings: settings.fileText, depends: depends,
      removal: TransparentCommands.removing(settings, nil), program: program
    ).package(format)
  }
}
