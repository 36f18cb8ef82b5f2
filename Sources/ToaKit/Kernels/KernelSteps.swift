// SPDX-License-Identifier: Apache-2.0
internal import Host

/// apt-mark(8)'s commands: a package that is marked as installed automatically does not keep what it depends on.
enum AptMark {
  private static let quiet = ["LC_ALL": "C.UTF-8"]

  static func automatic(_ names: [String]) -> Command { Command("apt-mark", ["auto"] + names, environment: quiet) }

  static func manual(_ names: [String]) -> Command { Command("apt-mark", ["manual"] + names, environment: quiet) }

  static func showAutomatic(_ names: [String]) -> Command {
    Command("apt-mark", ["showauto"] + names, environment: quiet)
  }
}

extension Transaction {
  /// Those of `names` that apt does not have as automatic already.
  func notAutomatic(_ names: [String]) async -> [String] {
    guard let result = try? await system.run.run(AptMark.showAutomatic(names)), result.status == 0 else { return names }
    let automatic = Set(result.output.split(separator: "\n").map(String.init))
    return names.filter { !automatic.contains($0) }
  }

  /// A module's package depends on its kernel. Were it marked as wanted by hand, apt would keep that kernel for ever.
  ///
  /// Only apt minds; a host without apt-mark has no apt.
  func markAutomatic(_ names: [String]) async throws(ToaError) {
    guard system.run.find("apt-mark") != nil else { return }
    try await runPackageTool(
      AptMark.automatic(names), .unexpected, "cannot mark \(names.spoken) as installed automatically")
  }

  /// Takes the marks away, which apt would otherwise keep longer than the packages.
  func unmarkAutomatic(_ names: [String]) async throws(ToaError) {
    guard system.run.find("apt-mark") != nil else { return }
    let present = await PackageDatabase(system, format: .deb).present(names)
    guard !present.isEmpty else { return }
    try await runPackageTool(
      AptMark.manual(present), .unexpected, "cannot mark \(present.spoken) as installed by hand")
  }

  /// Takes toa's packages away for others that do the same.
  func withdrawPackages(_ files: PackageFiles) async throws(ToaError) {
    let database = PackageDatabase(system)
    let known = await database.known(files.names)
    guard !known.isEmpty else { return }
    try await runPackageTool(database.format.erase(known), .unexpected, "cannot remove \(known.spoken)")
  }

  /// Brings packages back, and what their hooks had built for the kernels that `facts` names.
  func bringBack(_ files: PackageFiles, _ facts: [String]) async throws(ToaError) {
    let kept = files.replaced.filter { system.files.isFile($0) }
    guard !kept.isEmpty else { return }
    let database = PackageDatabase(system)
    try await runPackageTool(database.format.install(kept), .unexpected, "cannot bring back \(files.names.spoken)")
    for kernel in facts {
      guard let release = KernelRelease(kernel) else { continue }
      do throws(ToaError) {
        _ = try await KernelModuleBuild(system: system, console: console).run(release)
      } catch {
        console.say("  \(error.description)", .warning)
      }
    }
  }
}
