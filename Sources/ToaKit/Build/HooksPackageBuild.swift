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

  private var making: PackageMaking { PackageMaking(folder, format) }

  /// The package that comes out.
  var files: PackageFiles {
    let name = KernelHooksPackage.name
    return PackageFiles(names: [name], paths: [making.path(name, architecture)], replaced: replaced)
  }

  var typedCommands: [String] { making.typed(files) }

  /// Lays the package out and has it made.
  func run(_ system: System) async throws(ToaError) {
    try await making.make("the package \(KernelHooksPackage.name)", files, system) { [try package(system)] }
  }

  /// Whether the package's program is this one; its hooks are configuration files, which an administrator may change.
  func isInPlace(_ system: System) -> Bool {
    system.files.hasSameBytes(KernelHooksPackage.program, as: RunningProgram.path)
  }

  private func package(_ system: System) throws -> Package {
    try KernelHooksPackage(
      version: toaVersion, architecture: architecture, depends: depends,
      program: try system.files.bytes(RunningProgram.path, limit: RunningProgram.limit)
    ).package(making.format)
  }
}
