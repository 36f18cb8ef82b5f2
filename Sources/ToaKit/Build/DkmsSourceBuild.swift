// SPDX-License-Identifier: Apache-2.0
public import Host
internal import Packaging

/// The making of the package from which DKMS builds: the module's source.
public struct DkmsSourceBuild: Sendable, Equatable, Codable {
  /// Folder that gets the package.
  public var folder: String
  /// What the package is a file of.
  public var format: PackageFormat
  /// Packages that are replaced, as files.
  public var replaced: [String]

  private var making: PackageMaking { PackageMaking(folder, format) }

  /// The package that comes out.
  var files: PackageFiles {
    PackageFiles(names: [DkmsPackage.name], paths: [making.path(DkmsPackage.name)], replaced: replaced)
  }

  var typedCommands: [String] { making.typed(files) }

  /// Lays the package out and has it made.
  func run(_ system: System) async throws(ToaError) {
    try await making.make("the package \(DkmsPackage.name)", files, system) {
      [try DkmsPackage(version: toaVersion, source: CarriedSources.moduleSource).package(format)]
    }
  }

  /// Whether the source on this host is the one that toa carries.
  func isInPlace(_ system: System) -> Bool {
    let folder = DkmsPackage.folder(toaVersion)
    return CarriedSources.moduleSource.filter(DkmsPackage.holds).allSatisfy { file in
      (try? system.files.bytes("\(folder)/\(file.path)")) == file.bytes
    }
  }
}

/// One kernel's module by DKMS.
public struct DkmsInstall: Sendable, Equatable, Codable {
  /// Version of the module's source.
  public var version: String
  /// Kernel release.
  public var kernel: String

  /// Has DKMS build and install it, unless a script of the package has, and looks whether it did.
  func run(_ system: System, _ console: Console) async throws(ToaError) {
    if try await isInstalled(system) { return }
    let command = Dkms.install(version, kernel: kernel)
    let progress = Progress(console, "compiling")
    let result: CommandResult
    do throws(CommandError) {
      result = try await system.run.stream(command) { line in
        console.detail(line)
        progress.show(line)
      }
    } catch {
      progress.end()
      throw ToaError(.buildFailed, "cannot build toa.ko for \(kernel) by DKMS", why: error.description)
    }
    progress.end()
    if result.status == 0, try await isInstalled(system) { return }
    throw failure(result)
  }

  private func isInstalled(_ system: System) async throws(ToaError) -> Bool {
    do throws(CommandError) {
      let result = try await system.run.run(Dkms.status)
      return Dkms.states(result.output).contains {
        $0.version == version && $0.kernel == kernel && $0.isInstalled
      }
    } catch {
      throw ToaError(
        .notApplicable, "cannot ask DKMS", why: error.description, next: ["toa install --kernel-updates hooks"])
    }
  }

  /// DKMS's exit statuses are toa's where both mean the same: 10 a build that failed, 21 missing headers, 77 a kernel that the
  /// source is not for.
  private func failure(_ result: CommandResult) -> ToaError {
    let said = result.output.split(separator: "\n").map(String.init)
    let complaints = said.filter { $0.contains("Error!") || $0.contains("ERROR") }
    let status: ExitStatus = [21: .headersMissing, 77: .notApplicable][result.status] ?? .buildFailed
    return ToaError(
      status, "DKMS has not installed toa.ko for \(kernel)",
      why: (["dkms ended with exit status \(result.status)."] + (complaints.isEmpty ? said.suffix(4) : complaints[...]))
        .joined(separator: "\n"),
      next: ["see \(Dkms.tree)/\(version)/build/make.log", "toa install --kernel-updates hooks"])
  }
}
