// SPDX-License-Identifier: Apache-2.0
public import Host
internal import Packaging

/// The making of the package that restores eBPF at boot: the running program, its settings and a unit.
public struct EBPFPackageBuild: Sendable, Equatable, Codable {
  /// Folder that gets the package.
  public var folder: String
  /// What the package is a file of; plans of journals from before there were two have none.
  public var format: PackageFormat?
  /// The format's name of the architecture: "amd64".
  public var architecture: String
  /// Hash of the eBPF programs.
  public var object: String
  /// How they are to work.
  public var settings: EBPFSettings
  /// Packages of the libraries that the program needs.
  public var depends: [String]
  /// Packages that are replaced, as files.
  public var replaced: [String]
}

extension EBPFPackageBuild: ProgramPackageBuild {
  static var name: String { EBPFPackage.name }

  func package(_ format: PackageFormat, program: [UInt8]) throws -> Package {
    try EBPFPackage(
      version: toaVersion, architecture: architecture, object: object, trusted: settings.trusted,
      profile: settings.profile, settings: settings.fileText, depends: depends, program: program
    ).package(format)
  }
}
