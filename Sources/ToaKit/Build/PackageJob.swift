// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// What `toa package` makes in one go: the module of a kernel, built here or elsewhere, or the source for DKMS; with the settings
/// either way.
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

  case module(ModuleOrigin, ModuleFinish, PackageBuild)
  case dkms(PackageBuild, DkmsSourceBuild)

  /// The kernel that a module is for.
  var kernel: String? {
    if case .module(_, _, let packages) = self { packages.kernel } else { nil }
  }

  /// Names of the files that come out.
  var names: [String] {
    let paths =
      switch self {
      case .module(_, _, let packages): packages.files.paths
      case .dkms(let common, let source): common.files.paths + source.files.paths
      }
    return paths.compactMap { $0.split(separator: "/").last.map(String.init) }
  }

  func steps(_ system: System, _ console: Console) -> [Step] {
    switch self {
    case .module(let origin, let finish, let packages):
      let names = packages.files.names.joined(separator: " and ")
      let finishing = Step(
        title: finish.title, commands: finish.typedCommands,
        run: { () async throws(ToaError) in _ = try await finish.run(system, console) })
      return [
        Step(
          title: origin.step.title, commands: origin.step.typedCommands,
          run: { () async throws(ToaError) in
            switch origin {
            case .build(let build): try await build.run(system, console, keepsLog: false)
            case .repository(let fetch): try await fetch.run(system, console)
            }
          })
      ] + (finish.changesModule ? [finishing] : []) + [
        Step(
          title: "package as \(names)", commands: packages.typedCommands,
          run: { () async throws(ToaError) in try await packages.run(system) })
      ]
    case .dkms(let common, let source):
      let names = common.files.names + source.files.names
      return [
        Step(
          title: "package as \(names.spoken)", commands: common.typedCommands + source.typedCommands,
          run: { () async throws(ToaError) in
            try await common.run(system)
            try await source.run(system)
          })
      ]
    }
  }

  /// The source for DKMS, which compiles on each host, and the settings.
  static func source(_ folder: String, _ format: PackageFormat, _ settings: Settings) -> PackageJob {
    let common = PackageBuild(
      folder: folder, kernel: "", format: format, architecture: format.anyArchitecture, sourceSha256: "",
      trusted: settings.trusted, profile: settings.profile, replaced: [])
    return .dkms(common, DkmsSourceBuild(folder: folder, format: format, replaced: []))
  }
}
