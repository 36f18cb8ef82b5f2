// SPDX-License-Identifier: Apache-2.0
public import Host
internal import Packaging

/// The making of the package whose hooks give each new kernel its module: the running program, and scripts that run it.
public struct HooksPackageBuild: Sendable, Equatable, Codable {
  /// Folder that gets the package.
  public var folder: String
  /// What the package is a file of; plans of journals from before there were two have none.
  public var format: PackageFormat?
  /// The format's name of the architecture: "amd64".
  public var architecture: String
  /// Packages of the libraries that the program needs.
  public var depends: [String]
  /// Packages that are replaced.
  public var replaced: [String]
}

extension HooksPackageBuild: ProgramPackageBuild {
  static var name: String { KernelHooksPackage.name }

  func package(_ format: PackageFormat, program: [UInt8]) throws -> Package {
    try KernelHooksPackage(version: toaVersion, architecture: architecture, depends: depends, program: program)
      .package(format)
  }

  /// Whether the package's program is this one; its hooks are configuration files, which an administrator may change.
  func isInPlace(_ system: System) -> Bool {
    system.files.hasSameBytes(KernelHooksPackage.program, as: RunningProgram.path)
  }
}
