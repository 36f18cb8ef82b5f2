// SPDX-License-Identifier: Apache-2.0
public import Host
internal import Packaging

/// The making of the packages: one for the module of a kernel, one for the settings that all kernels share.
public struct PackageBuild: Sendable, Equatable, Codable {
  /// Where they are kept, each plan's in a folder of its own, so that an upgrade can go back.
  public static let folder = Journal.folder + "/packages"

  /// The folder of the next plan.
  static func nextFolder(_ system: System) -> String {
    "\(folder)/\((system.files.list(folder).compactMap { Int($0) }.max() ?? 0) + 1)"
  }

  /// Folder that gets the packages.
  public var folder: String
  /// Kernel release.
  public var kernel: String
  /// What the packages are files of; plans of journals from before there were two have none.
  public var format: PackageFormat?
  /// Package that owns the kernel; nil where none is known.
  public var kernelPackage: String?
  /// Version of that package, where a name has many kernels; nil where the name tells the kernel.
  public var kernelPackageVersion: String?
  /// The format's name of the architecture: "amd64".
  public var architecture: String
  /// Hash of the module's source.
  public var sourceSha256: String
  /// The module to package, finished; nil packages the settings alone.
  public var module: String?
  /// Compiler that built it, as a person calls it.
  public var compiler: String?
  /// SHA-1 over the certificate with whose key it is signed; nil when it is not.
  public var signer: String?
  /// Value of the parameter `trusted`; nil leaves the module's default.
  public var trusted: String?
  /// Value of the parameter `profile`; nil leaves the module's default.
  public var profile: String?
  /// Packages that are replaced, as files.
  public var replaced: [String]
  /// Whether the package with the settings is left out, as another one of the plan makes it; nil where that was never asked.
  public var isModuleOnly: Bool?

  /// Names of the packages of a kernel, in the order of installation.
  static func names(_ kernel: String, _ format: PackageFormat) -> [String] {
    [CommonPackage.name, ModulePackage.name(kernel, format)]
  }

  private var making: PackageMaking { PackageMaking(folder, format) }

  /// The packages that come out.
  var files: PackageFiles {
    let names = (module == nil ? [CommonPackage.name] : Self.names(kernel, making.format)).filter {
      $0 != CommonPackage.name || isModuleOnly != true
    }
    let paths = names.map { making.path($0, $0 == CommonPackage.name ? nil : architecture) }
    return PackageFiles(names: names, paths: paths, replaced: replaced, modules: modulePath.map { [$0] })
  }

  /// Where the module is going to be; nil for the settings alone.
  private var modulePath: String? {
    module.map { ModulePackage.path(kernel, making.format, ModuleCompression(file: $0) ?? .none) }
  }

  var typedCommands: [String] { making.typed(files) }

  /// Lays the packages out and has them made.
  func run(_ system: System) async throws(ToaError) {
    let what = module == nil ? "the package \(CommonPackage.name)" : "the packages for \(kernel)"
    try await making.make(what, files, system) { try packages(system) }
  }

  private func packages(_ system: System) throws -> [Package] {
    var packages: [Package] = []
    if isModuleOnly != true {
      packages.append(
        try CommonPackage(version: toaVersion, trusted: trusted, profile: profile).package(making.format))
    }
    if let module {
      packages.append(
        try ModulePackage(
          kernel: kernel, version: toaVersion, architecture: architecture, sourceSha256: sourceSha256,
          compiler: compiler, signer: signer,
          kernelPackage: kernelPackage.map { PackageRelation($0, .equal, kernelPackageVersion) },
          module: try system.files.bytes(module), compression: ModuleCompression(file: module) ?? .none
        ).package(making.format))
    }
    return packages
  }
}
