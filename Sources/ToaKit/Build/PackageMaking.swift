// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// The making of packages of this toa in one folder: each is laid out in a folder of its own below it and ends as a file beside that.
struct PackageMaking: Sendable {
  /// Folder that gets the packages.
  let folder: String
  /// What they are files of.
  let format: PackageFormat

  /// Plans of journals from before there were two formats have none.
  init(_ folder: String, _ format: PackageFormat?) {
    self.folder = folder
    self.format = format ?? .deb
  }

  /// The file of a package; without an architecture it is for every one.
  func path(_ name: String, _ architecture: String? = nil) -> String {
    let version = "\(toaVersion)-\(Package.revision)"
    return "\(folder)/"
      + format.fileName(name, version: version, architecture: architecture ?? format.anyArchitecture)
  }

  /// The command that makes each package of what was laid out for it, as a person would type it.
  func typed(_ files: PackageFiles) -> [String] {
    zip(files.names, files.paths).map { name, path in
      let place = "\(folder)/\(name)"
      return switch format {
      case .deb: "dpkg-deb --build \(shellQuoted(place)) \(shellQuoted(path))"
      case .rpm: "rpmbuild -bb --define \(shellQuoted("_topdir \(place)")) \(shellQuoted("\(place)/\(name).spec"))"
      }
    }
  }

  /// Lays packages out and has them made as the planned files; `what` says what they are: "the package toa-ebpf".
  func make(
    _ what: String, _ files: PackageFiles, _ system: System, _ packages: () throws -> [Package]
  ) async throws(ToaError) {
    do {
      let plans = try packages().map { package in
        try package.plan(
          format, folder: "\(folder)/\(package.name)", outputFolder: folder, time: toaReleaseTime,
          isRoot: system.identity.userID == 0)
      }
      for plan in plans { try await plan.run(system) }
      let made = plans.map(\.output)
      guard made == files.paths else {
        throw ToaError(
          .unexpected, "\(what) came out under another name than planned", why: made.joined(separator: ", "))
      }
    } catch let error as ToaError {
      throw error
    } catch let error as FileError {
      throw ToaError(
        .buildFailed, "cannot make \(what)", why: "\(error.path): \(errorText(error.errno))",
        next: ["make room there, then run the same command again"])
    } catch {
      throw ToaError(.buildFailed, "cannot make \(what)", why: "\(error)", next: ["toa doctor"])
    }
  }
}

extension PackagePlan {
  /// Lays the package out and has the format's own program make it.
  fileprivate func run(_ system: System) async throws {
    try system.files.remove(folder)
    for file in files {
      try system.files.makeDirectory(above: file.path)
      if let target = file.link {
        try system.files.makeLink(file.path, to: target)
      } else {
        try system.files.write(file.path, file.bytes, mode: file.mode)
      }
    }
    for command in commands {
      let result = try await system.run.run(command)
      guard result.status == 0 else {
        throw ToaError(
          .buildFailed, "cannot make \(output)",
          why: "\(command.program) ended with exit status \(result.status):\n\(result.errorOutput)",
          next: ["run it by hand: \(command.typedWithVariables)"])
      }
    }
    try system.files.remove(folder)
  }
}
