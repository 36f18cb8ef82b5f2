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

  private var madeFormat: PackageFormat { format ?? .deb }

  /// The packages that come out.
  var files: PackageFiles {
    let format = madeFormat
    let names = (module == nil ? [CommonPackage.name] : Self.names(kernel, format)).filter {
      $0 != CommonPackage.name || isModuleOnly != true
    }
    let paths = names.map { name in
      let architecture = name == CommonPackage.name ? format.anyArchitecture : architecture
      return "\(folder)/"
        + format.fileName(name, version: "\(toaVersion)-\(Package.revision)", architecture: architecture)
    }
    return PackageFiles(names: names, paths: paths, replaced: replaced, modules: modulePath.map { [$0] })
  }

  /// Where the module is going to be; nil for the settings alone.
  private var modulePath: String? {
    module.map { ModulePackage.path(kernel, madeFormat, ModuleCompression(file: $0) ?? .none) }
  }

  var typedCommands: [String] {
    files.names.indices.map { madeFormat.typed(files.names[$0], in: folder, to: files.paths[$0]) }
  }

  /// Lays the packages out and has them made.
  func run(_ system: System, _ console: Console) async throws(ToaError) {
    var plans: [any PackagePlan] = []
    do {
      let format = madeFormat
      if isModuleOnly != true {
        plans.append(
          try plan(CommonPackage(version: toaVersion, trusted: trusted, profile: profile).package(format), system))
      }
      if let module {
        let bytes = try system.files.bytes(module)
        plans.append(
          try plan(
            ModulePackage(
              kernel: kernel, version: toaVersion, architecture: architecture, sourceSha256: sourceSha256,
              compiler: compiler, signer: signer,
              kernelPackage: kernelPackage.map { PackageRelation($0, .equal, kernelPackageVersion) },
              module: bytes, compression: ModuleCompression(file: module) ?? .none
            ).package(format), system))
      }
      for plan in plans { try await plan.run(system) }
    } catch let error as ToaError {
      throw error
    } catch {
      throw ToaError(.buildFailed, "cannot make the packages for \(kernel)", why: "\(error)", next: ["toa doctor"])
    }
    let made = plans.map(\.output)
    guard made == files.paths else {
      throw ToaError(.unexpected, "the packages have other names than planned", why: made.joined(separator: ", "))
    }
  }

  private func plan(_ package: Package, _ system: System) throws(PackagingError) -> any PackagePlan {
    try package.plan(
      madeFormat, folder: "\(folder)/\(package.name)", outputFolder: folder, time: toaReleaseTime,
      isRoot: system.identity.userID == 0)
  }
}

extension PackageFormat {
  /// The command that makes a package of what was laid out for it, as a person would type it.
  func typed(_ name: String, in folder: String, to output: String) -> String {
    let place = "\(folder)/\(name)"
    return switch self {
    case .deb: "dpkg-deb --build \(shellQuoted(place)) \(shellQuoted(output))"
    case .rpm: "rpmbuild -bb --define \(shellQuoted("_topdir \(place)")) \(shellQuoted("\(place)/\(name).spec"))"
    }
  }
}
