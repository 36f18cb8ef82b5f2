// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// The making of the debs: one for the module of a kernel, one for the settings that all kernels share.
public struct PackageBuild: Sendable, Equatable, Codable {
  /// Where the debs are kept, each plan's in a folder of its own, so that an upgrade can go back.
  public static let folder = Journal.folder + "/packages"

  /// The folder of the next plan.
  static func nextFolder(_ system: System) -> String {
    "\(folder)/\((system.files.list(folder).compactMap { Int($0) }.max() ?? 0) + 1)"
  }

  /// Folder that gets the debs.
  public var folder: String
  /// Kernel release.
  public var kernel: String
  /// Package that owns the kernel; nil where dpkg knows none.
  public var kernelPackage: String?
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
  /// Value of the parameter `profile`; nil leaves the module's default.
  public var profile: String?
  /// Debs that are replaced.
  public var replaced: [String]
  /// Whether the package with the settings is left out, as another one of the plan makes it; nil where that was never asked.
  public var isModuleOnly: Bool?

  /// Names of the packages of a kernel, in the order of installation.
  static func names(_ kernel: String) -> [String] { [CommonPackage.name, ModulePackage.name(kernel)] }

  /// The debs that come out.
  var files: PackageFiles {
    let names = (module == nil ? [CommonPackage.name] : Self.names(kernel)).filter {
      $0 != CommonPackage.name || isModuleOnly != true
    }
    let paths = names.map { name in
      "\(folder)/\(name)_\(toaVersion)-1_\(name == CommonPackage.name ? "all" : architecture).deb"
    }
    return PackageFiles(names: names, paths: paths, replaced: replaced)
  }

  var typedCommands: [String] {
    files.names.indices.map { "dpkg-deb --build \(folder)/\(files.names[$0]) \(files.paths[$0])" }
  }

  /// Lays the packages out and has dpkg-deb make them.
  func run(_ system: System, _ console: Console) async throws(ToaError) {
    var plans: [DebPlan] = []
    do {
      if isModuleOnly != true {
        plans.append(try plan(CommonPackage(version: toaVersion, trusted: trusted, profile: profile).deb(), system))
      }
      if let module {
        let bytes = try system.files.bytes(module)
        plans.append(
          try plan(
            ModulePackage(
              kernel: kernel, version: toaVersion, architecture: architecture, sourceSha256: sourceSha256,
              compiler: compiler, kernelPackage: kernelPackage, module: bytes
            ).deb(), system))
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

  private func plan(_ package: DebPackage, _ system: System) throws(PackagingError) -> DebPlan {
    try DebPlan(
      package, folder: "\(folder)/\(package.control.package)", outputFolder: folder, time: toaReleaseTime,
      rootOwner: system.identity.userID != 0)
  }
}
