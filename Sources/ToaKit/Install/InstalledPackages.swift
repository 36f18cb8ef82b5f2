// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Which of toa's debs are installed, and what they were made from.
struct InstalledPackages: Sendable, Equatable {
  /// Hash of the source from which the installed module of the kernel was built; nil when none is installed.
  var sourceSha256: String?
  /// Compiler that built the installed module, as a person calls it.
  var compiler: String?
  /// Version of the module's package.
  var version: String?
  /// Whether the package with the settings is installed.
  var hasCommon = false
  /// The prefixes that the settings name; nil when they leave the module's default.
  var trusted: String?
  /// The words of the profile that the settings name; nil when they leave the module's default.
  var profile: String?
  /// Version and object of the eBPF package; nil when it is not installed.
  var ebpf: EBPF?
  /// Debs of the installed packages that toa still keeps, by package name.
  var debs: [String: String] = [:]

  /// What the package of eBPF was made from.
  struct EBPF: Sendable, Equatable {
    var version: String
    var object: String
  }

  /// Asks dpkg; without dpkg nothing is installed.
  static func read(_ system: System, kernel: String) async -> InstalledPackages {
    var packages = InstalledPackages()
    guard system.run.find("dpkg-query") != nil else { return packages }
    let module = await fields(["Version", "Toa-Source-Sha256", "Toa-Compiler"], of: ModulePackage.name(kernel), system)
    if let module {
      packages.version = module[0]
      packages.sourceSha256 = module[1].isEmpty ? nil : module[1]
      packages.compiler = module[2].isEmpty ? nil : module[2]
    }
    if let common = await fields(["Version", "Toa-Trusted", "Toa-Profile"], of: CommonPackage.name, system) {
      packages.hasCommon = true
      packages.trusted = common[1].isEmpty ? nil : common[1]
      packages.profile = common[2].isEmpty ? nil : common[2]
    }
    if let ebpf = await fields(["Version", "Toa-Object"], of: EBPFPackage.name, system) {
      packages.ebpf = EBPF(version: ebpf[0], object: ebpf[1])
    }
    packages.debs = keptDebs(system)
    return packages
  }

  /// The debs that the journal says were installed last and that are still there.
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

  private static func fields(_ names: [String], of package: String, _ system: System) async -> [String]? {
    let format = "${db:Status-Status}" + names.map { "\\n${\($0)}" }.joined() + "\\n"
    let query = Command(
      "dpkg-query", ["--show", "--showformat=\(format)", package], environment: ["LC_ALL": "C.UTF-8"])
    guard let result = try? await system.run.run(query), result.status == 0 else { return nil }
    let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count > names.count, lines[0] == "installed" else { return nil }
    return Array(lines[1...names.count])
  }
}
