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

  private var making: PackageMaking { PackageMaking(folder, format) }

  /// The package that comes out.
  var files: PackageFiles {
    let name = EBPFPackage.name
    return PackageFiles(names: [name], paths: [making.path(name, architecture)], replaced: replaced)
  }

  var typedCommands: [String] { making.typed(files) }

  /// Lays the package out and has it made.
  func run(_ system: System) async throws(ToaError) {
    try await making.make("the package \(EBPFPackage.name)", files, system) { [try package(system)] }
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
    try EBPFPackage(
      version: toaVersion, architecture: architecture, object: object, trusted: settings.trusted,
      profile: settings.profile, settings: settings.fileText, depends: depends,
      program: try system.files.bytes(RunningProgram.path, limit: RunningProgram.limit)
    ).package(making.format)
  }
}

/// The running program's own file.
enum RunningProgram {
  static let path = "/proc/self/exe"
  /// More bytes than any build of toa has.
  static let limit = 256 << 20
}

/// The shared libraries of the running program.
enum ProgramLibraries {
  /// Their paths, as the kernel has mapped them; none in a static program.
  static func paths(_ maps: String) -> [String] {
    // "7f..-7f.. r-xp 00026000 fe:01 1234   /usr/lib/x86_64-linux-gnu/libc.so.6"
    let paths = maps.split(separator: "\n").compactMap { line in
      line.firstIndex(of: "/").map { String(line[$0...]) }
    }
    return Set(paths.filter { $0.contains(".so") && !$0.hasSuffix(" (deleted)") }).sorted()
  }

  /// The packages that own them, and those that none owns.
  static func owners(_ system: System) -> (packages: [String], unowned: [String]) {
    let paths = paths((try? system.files.text("/proc/self/maps")) ?? "")
    guard !paths.isEmpty, let database = DpkgDatabase.read(from: system.files) else { return ([], []) }
    var packages: Set<String> = []
    var unowned: [String] = []
    for path in paths {
      // Most are in packages called lib…, so that only their lists are read.
      let owner =
        database.owner(of: path, in: system.files, among: "lib") ?? database.owner(of: path, in: system.files)
      if let owner { packages.insert(owner.name) } else { unowned.append(path) }
    }
    return (packages.sorted(), unowned)
  }
}
