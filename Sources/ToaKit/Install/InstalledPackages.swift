// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Which of toa's packages are installed, and what they were made from.
struct InstalledPackages: Sendable, Equatable {
  /// Hash of the source from which the installed module of the kernel was built; nil when none is installed.
  var sourceSha256: String?
  /// Compiler that built the installed module, as a person calls it.
  var compiler: String?
  /// SHA-1 over the certificate with whose key the installed module is signed; nil when it is not.
  var signer: String?
  /// Version of the module's package.
  var version: String?
  /// Whether the package with the settings is installed.
  var hasCommon = false
  /// Version of that package.
  var commonVersion: String?
  /// The prefixes that the settings name; nil when they leave the module's default.
  var trusted: String?
  /// The words of the profile that the settings name; nil when they leave the module's default.
  var profile: String?
  /// Whether the package with the kernel hooks is installed.
  var hasHooks = false
  /// Whether the package for DKMS is installed.
  var hasDkms = false
  /// Names of the packages with a module, whichever kernel it is for.
  var modules: [String] = []
  /// Version and object of the eBPF package; nil when it is not installed.
  var ebpf: EBPF?
  /// Files of the installed packages that toa still keeps, by package name.
  var debs: [String: String] = [:]

  /// What the package of eBPF was made from.
  struct EBPF: Sendable, Equatable {
    var version: String
    var object: String
  }

  /// Asks the package database; without one nothing is installed.
  static func read(_ system: System, kernel: String) async -> InstalledPackages {
    var packages = InstalledPackages()
    let database = PackageDatabase(system)
    let prefixes = [ModulePackage.prefix(database.format), "toa-"]
    let installed = await database.packages(
      prefixes, fields: ["Toa-Source-Sha256", "Toa-Compiler", "Toa-Signer", "Toa-Trusted", "Toa-Profile", "Toa-Object"])
    if let module = installed[ModulePackage.name(kernel, database.format)] {
      packages.version = module.version
      packages.sourceSha256 = module.fields["Toa-Source-Sha256"]
      packages.compiler = module.fields["Toa-Compiler"]
      packages.signer = module.fields["Toa-Signer"]
    }
    if let common = installed[CommonPackage.name] {
      packages.hasCommon = true
      packages.commonVersion = common.version
      packages.trusted = common.fields["Toa-Trusted"]
      packages.profile = common.fields["Toa-Profile"]
    }
    if let ebpf = installed[EBPFPackage.name] {
      packages.ebpf = EBPF(version: ebpf.version, object: ebpf.fields["Toa-Object"] ?? "")
    }
    packages.hasHooks = installed[KernelHooksPackage.name] != nil
    packages.hasDkms = installed[DkmsPackage.name] != nil
    packages.modules = installed.keys.sorted().filter {
      $0.hasPrefix(ModulePackage.prefix(database.format)) && $0 != CommonPackage.name
    }
    packages.debs = keptDebs(system)
    return packages
  }

  /// The package files that the journal says were installed last and that are still there.
  private static func keptDebs(_ system: System) -> [String: String] {
    var debs: [String: String] = [:]
    for entry in Journal(system.files).entries() where entry.isCommitted {
      for number in entry.standing.keys.sorted() {
        guard case .installPackageFiles(let files) = entry.plan.steps[number] else { continue }
        for (name, path) in zip(files.names, files.paths) where system.files.isFile(path) { debs[name] = path }
      }
    }
    return debs
  }
}
