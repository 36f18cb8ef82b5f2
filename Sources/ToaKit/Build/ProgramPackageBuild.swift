// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// The making of one package that carries the running program.
protocol ProgramPackageBuild {
  /// The package's name.
  static var name: String { get }
  /// Folder that gets the package.
  var folder: String { get }
  /// What the package is a file of; plans of journals from before there were two have none.
  var format: PackageFormat? { get }
  /// The format's name of the architecture: "amd64".
  var architecture: String { get }
  /// Packages that are replaced, as files.
  var replaced: [String] { get }

  /// The package, with `program` inside.
  func package(_ format: PackageFormat, program: [UInt8]) throws -> Package
  /// Whether the files on this host are those of the package.
  func isInPlace(_ system: System) -> Bool
}

extension ProgramPackageBuild {
  private var making: PackageMaking { PackageMaking(folder, format) }

  /// The package that comes out.
  var files: PackageFiles {
    PackageFiles(names: [Self.name], paths: [making.path(Self.name, architecture)], replaced: replaced)
  }

  /// The command that makes it, as a person would type it.
  var typedCommands: [String] { making.typed(files) }

  /// Lays the package out and has it made.
  func run(_ system: System) async throws(ToaError) {
    try await making.make("the package \(Self.name)", files, system) { [try package(system)] }
  }

  /// Whether the files on this host are those of the package.
  func isInPlace(_ system: System) -> Bool {
    guard let package = try? package(system) else { return false }
    return package.files.allSatisfy { file in
      if let link = file.link { return system.files.linkTarget(file.path) == link }
      guard system.files.size(file.path) == file.bytes.count else { return false }
      return (try? system.files.bytes(file.path, limit: RunningProgram.limit)) == file.bytes
    }
  }

  private func package(_ system: System) throws -> Package {
    try package(
      making.format, program: try system.files.bytes(RunningProgram.path, limit: RunningProgram.limit))
  }
}

/// The running program's own file.
enum RunningProgram {
  static let path = "/proc/self/exe"
  /// More bytes than any build of toa has.
  static let limit = 256 << 20
}
