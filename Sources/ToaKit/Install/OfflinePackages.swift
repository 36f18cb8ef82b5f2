// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A folder of debs or rpms that stands in for the repositories of a host without network.
struct OfflinePackages: Sendable {
  /// One package file.
  struct File: Sendable, Equatable {
    var path: String
    var name: String
    /// VERSION-RELEASE, without an epoch in an rpm.
    var version: String
    var architecture: String
    /// Names that it stands for beside its own.
    var provides: [String]

    /// As the database takes it in a removal: a deb by its name, an rpm by all that it is.
    func removal(_ format: PackageFormat) -> String {
      format == .deb ? name : "\(name)-\(version).\(architecture)"
    }

    /// Whether it is what a plan asks for: NAME, NAME-VERSION-RELEASE.ARCH, NAME=VERSION-RELEASE.
    func answers(_ wanted: String) -> Bool {
      let whole = "\(name)-\(version)"
      return [name, whole, "\(whole).\(architecture)", "\(name)=\(version)"].contains(wanted)
    }
  }

  let system: System
  let manager: PackageManager
  /// Absolute path of the folder.
  let folder: String

  init(_ system: System, _ manager: PackageManager, folder: String) throws(ToaError) {
    self.system = system
    self.manager = manager
    self.folder = absolutePath(folder)
    guard system.files.isDirectory(self.folder) else {
      throw ToaError(
        .usage, "--offline \(shellQuoted(folder)) is no folder", next: ["name the folder that holds the packages"])
    }
  }

  private var suffix: String { ".\(manager.format.rawValue)" }

  /// The files to install for `packages`, those first on which the others depend not sorted out: the package tool does that.
  func files(for packages: [String], _ status: ExitStatus) async throws(ToaError) -> [File] {
    let all = try await index()
    var chosen: [File] = []
    for name in packages {
      guard let file = newest(of: all.filter { $0.answers(name) }) else {
        throw missing(name, neededBy: nil, all, status)
      }
      if !chosen.contains(file) { chosen.append(file) }
    }
    // Each round brings at least one more, so there are no more rounds than files.
    for _ in 0...all.count {
      let needs = try await needs(of: chosen)
      if needs.isEmpty { return chosen }
      var isNew = false
      for need in needs {
        let found = need.alternatives.lazy.compactMap { name in newest(of: all.filter { $0.provides(name) }) }
          .first { !chosen.contains($0) }
        guard let found else { continue }
        chosen.append(found)
        isNew = true
      }
      guard isNew else { throw missing(needs[0].alternatives[0], neededBy: needs[0].by, all, status) }
    }
    return chosen
  }

  private func newest(of files: [File]) -> File? {
    files.max { versionOrder($0.version, $1.version) < 0 }
  }

  /// Every package file of the folder.
  func index() async throws(ToaError) -> [File] {
    var files: [File] = []
    for name in system.files.list(folder) where name.hasSuffix(suffix) && !name.hasSuffix(".src.rpm") {
      let path = "\(folder)/\(name)"
      guard let result = try? await system.run.run(question(path)), result.status == 0 else {
        throw ToaError(
          .refused, "\(path) cannot be read as a package", why: "it was not copied in full, or is something else",
          next: ["copy it again, or take it out of the folder"])
      }
      let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      guard lines.count >= 3 else { continue }
      // "libfoo (= 1), bar" in a deb; a line each, "libfoo.so.1()(64bit)" or "foo = 1", in an rpm.
      let provides = lines.dropFirst(3).flatMap { $0.split(separator: manager.format == .deb ? "," : "\n") }
        .compactMap { $0.split(separator: " ").first.map(String.init) }
      files.append(
        File(path: path, name: lines[0], version: lines[1], architecture: lines[2], provides: provides))
    }
    return files
  }

  private func question(_ path: String) -> Command {
    switch manager.format {
    case .deb:
      Command("dpkg-deb", ["--show", "--showformat=${Package}\\n${Version}\\n${Architecture}\\n${Provides}\\n", path])
    case .rpm:
      Command(
        "rpm",
        [
          "--query", "--package", "--qf",
          "%{NAME}\\n%{VERSION}-%{RELEASE}\\n%{ARCH}\\n[%{PROVIDES}\\n][%{FILENAMES}\\n]",
          path,
        ], environment: Rpm.quiet)
    }
  }

  private func missing(_ name: String, neededBy: String?, _ all: [File], _ status: ExitStatus) -> ToaError {
    let fetch: String =
      switch manager {
      case .apt: "apt-get download \(name)"
      case .dnf, .yum, .tdnf:
        "\(manager.rawValue == "yum" ? "yumdownloader" : "dnf download") --resolve \(shellQuoted(name))"
      case .zypper: "zypper download \(shellQuoted(name))"
      }
    return ToaError(
      status, "\(folder) has no package \(name)",
      why: (neededBy.map { "\($0) needs it, and it is not installed" } ?? "it is missing on this host")
        + "; the folder has \(all.count) \(manager.format.rawValue)\(all.count == 1 ? "" : "s")",
      next: ["on a host of the same release with a network: \(fetch)", "then run the same command again"])
  }
}

extension OfflinePackages.File {
  /// Whether it brings what another package asks for by this name.
  func provides(_ name: String) -> Bool { self.name == name || provides.contains(name) }
}
