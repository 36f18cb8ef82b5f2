// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// What `toa package` makes in one go: the module of a kernel, or the source for DKMS; with the settings either way.
enum PackageJob: Sendable {
  /// What the package of the settings says.
  struct Settings: Sendable, Equatable {
    var trusted: String?
    var profile: String?
  }

  /// One thing to do.
  struct Step: Sendable {
    var title: String
    var commands: [String]
    var run: @Sendable () async throws(ToaError) -> Void
  }

  case module(ModuleBuild, ModuleFinish, PackageBuild)
  case dkms(DkmsPackageBuild)

  /// The kernel that a module is compiled for.
  var kernel: String? {
    if case .module(let build, _, _) = self { build.kernel } else { nil }
  }

  /// Names of the files that come out.
  var names: [String] {
    let paths =
      switch self {
      case .module(_, _, let packages): packages.files.paths
      case .dkms(let packages): packages.paths
      }
    return paths.compactMap { $0.split(separator: "/").last.map(String.init) }
  }

  func steps(_ system: System, _ console: Console) -> [Step] {
    switch self {
    case .module(let build, let finish, let packages):
      let names = packages.files.names.joined(separator: " and ")
      return [
        Step(
          title: "build toa.ko for \(build.kernel) with \(build.compilerName)", commands: [build.make.typed],
          run: { () async throws(ToaError) in try await build.run(system, console, keepsLog: false) }),
        Step(
          title: finish.title, commands: finish.typedCommands,
          run: { () async throws(ToaError) in _ = try await finish.run(system, console) }),
        Step(
          title: "package as \(names)", commands: packages.typedCommands,
          run: { () async throws(ToaError) in try await packages.run(system, console) }),
      ]
    case .dkms(let packages):
      return [
        Step(
          title: "package as \(DkmsPackageBuild.names.joined(separator: " and "))", commands: packages.typedCommands,
          run: { () async throws(ToaError) in try await packages.run(system) })
      ]
    }
  }
}

/// The making of the packages with which DKMS builds the module: its source and the settings.
struct DkmsPackageBuild: Sendable, Equatable {
  static let names = [CommonPackage.name, DkmsPackage.name]

  /// Folder that gets the packages.
  var folder: String
  var format: PackageFormat
  var settings: PackageJob.Settings

  /// The packages that come out.
  var paths: [String] {
    Self.names.map { name in
      "\(folder)/"
        + format.fileName(name, version: "\(toaVersion)-\(Package.revision)", architecture: format.anyArchitecture)
    }
  }

  var typedCommands: [String] {
    zip(Self.names, paths).map { format.typed($0, in: folder, to: $1) }
  }

  /// Lays the packages out and has them made.
  func run(_ system: System) async throws(ToaError) {
    do {
      let common = CommonPackage(version: toaVersion, trusted: settings.trusted, profile: settings.profile)
      let source = DkmsPackage(version: toaVersion, source: CarriedSources.moduleSource)
      for package in [try common.package(format), try source.package(format)] {
        let plan = try package.plan(
          format, folder: "\(folder)/\(package.name)", outputFolder: folder, time: toaReleaseTime,
          isRoot: system.identity.userID == 0)
        try await plan.run(system)
      }
    } catch let error as ToaError {
      throw error
    } catch {
      throw ToaError(.buildFailed, "cannot make the packages for DKMS", why: "\(error)", next: ["toa doctor"])
    }
  }
}
