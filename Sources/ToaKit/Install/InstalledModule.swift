// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Parameters of the module as a package keeps them and the loaded module has them.
struct ModuleSettings: Sendable, Equatable {
  /// Value for the parameter `trusted`; nil leaves the module's default.
  var trusted: String?
  /// Value for the parameter `profile`; nil leaves the module's default.
  var profile: String?

  /// The same with what is not said taken from another one.
  func completed(by other: ModuleSettings) -> ModuleSettings {
    ModuleSettings(trusted: trusted ?? other.trusted, profile: profile ?? other.profile)
  }
}

/// What a kernel has of the module: on the disk, in the package database and, where it runs, loaded.
struct InstalledModule: Sendable {
  let packages: InstalledPackages
  let format: PackageFormat
  /// Hash of the source that toa carries.
  let source: String
  /// The file that the kernel would load; nil when depmod knows none.
  let file: ModuleFile?
  /// What is loaded; nil for a kernel that does not run.
  let live: LiveModule?
  let isRunning: Bool
  private let kernel: String
  private let database: DpkgDatabase?

  static func read(_ system: System, _ facts: HostFacts) async throws(ToaError) -> InstalledModule {
    InstalledModule(
      packages: await InstalledPackages.read(system, kernel: facts.target.text),
      format: PackageDatabase(system).format, source: try await CarriedSources.sha256(system),
      file: ModuleFile(system, kernel: facts.target.text), live: facts.isRunning ? LiveModule(system) : nil,
      isRunning: facts.isRunning, kernel: facts.target.text, database: DpkgDatabase.read(from: system.files))
  }

  /// What the package with the settings says.
  var settings: ModuleSettings { ModuleSettings(trusted: packages.trusted, profile: packages.profile) }

  /// Whether the kernel would load a packaged module that was built from the source that toa carries, and signed with the key of
  /// this certificate where there is one.
  func isCurrent(signedBy signer: String?) -> Bool {
    packages.sourceSha256 == source && (signer == nil || packages.signer == signer)
      && ModuleCompression.allCases.contains { file?.path.hasSuffix(ModulePackage.path(kernel, format, $0)) == true }
  }

  private var isLiveCurrent: Bool { live != nil && live?.sourceVersion == file?.sourceVersion }

  /// Whether a Debian package is installed.
  func hasPackage(_ name: String) -> Bool { database?[name] != nil }

  /// Whether a package of toa has the module of a kernel.
  func hasPackagedModule(_ kernel: String) -> Bool { packages.modules.contains(ModulePackage.name(kernel, format)) }

  /// Packages of the other ways to give kernels their module.
  func leaving(_ updates: KernelUpdates) -> PackageFiles {
    var names = updates == .dkms ? packages.modules : packages.hasDkms ? [DkmsPackage.name] : []
    if updates != .hooks && packages.hasHooks { names.insert(KernelHooksPackage.name, at: 0) }
    return PackageFiles(names: names, paths: [], replaced: names.compactMap { packages.debs[$0] })
  }

  /// The steps that bring a loaded module to what is on the disk, whose file is current.
  func liveSteps(_ asked: ModuleSettings, _ wanted: ModuleSettings) -> [Step] {
    guard isRunning else { return [] }
    guard let live, isLiveCurrent else {
      return (live == nil ? [] : [.unloadModule(ModuleBackend.moduleName)]) + [.loadModule(ModuleBackend.moduleName)]
    }
    var steps: [Step] = []
    // What somebody has changed by hand stays, unless it was asked for.
    if let trusted = wanted.trusted, settings.trusted != trusted || asked.trusted != nil, let old = live.trusted,
      old != trusted
    {
      steps.append(.setTrusted(trusted, old: old))
    }
    if let profile = wanted.profile, settings.profile != profile || asked.profile != nil, let old = live.profile,
      old != profile
    {
      steps.append(.setProfile(profile, old: old))
    }
    return steps
  }
}
