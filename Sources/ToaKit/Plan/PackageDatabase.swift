// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import SystemPackage

/// What is installed on a host, whichever format its packages have.
struct PackageDatabase: Sendable {
  let format: PackageFormat
  let system: System

  init(_ system: System, format: PackageFormat) {
    self.system = system
    self.format = format
  }

  /// The database of the host.
  init(_ system: System) {
    let distribution = Distribution.detect(in: system.files)
    self.init(system, format: distribution.packageManager?.format ?? .deb)
  }

  /// An installed package: its version and the fields that toa gave it, as far as it has them.
  struct Installed: Sendable, Equatable {
    var version: String
    var fields: [String: String] = [:]
  }

  /// The installed packages whose names begin with one of some texts, by name, asked for at once. dpkg keeps toa's fields as it
  /// keeps its own, for rpm they are lines of the description.
  func packages(_ prefixes: [String], fields names: [String]) async -> [String: Installed] {
    switch format {
    case .deb:
      let all = DpkgDatabase.read(from: system.files)?.packages ?? [:]
      let ours = all.filter { entry in entry.value.isInstalled && prefixes.contains { entry.key.hasPrefix($0) } }
      return ours.mapValues { package in
        Installed(
          version: package.identity.version,
          fields: package.own.filter { names.contains($0.key) && !$0.value.isEmpty })
      }
    case .rpm:
      guard system.run.find("rpm") != nil, let lines = await lines(Rpm.packages(prefixes.map { $0 + "*" })) else {
        return [:]
      }
      var packages: [String: Installed] = [:]
      for package in lines.split(separator: Rpm.packageEnd[...]) where package.count >= 2 {
        let description = package.dropFirst(2)
        let fields = names.compactMap { name in Rpm.field(name, inDescription: description).map { (name, $0) } }
        packages[String(package[package.startIndex])] = Installed(
          version: String(package[package.startIndex + 1]),
          fields: Dictionary(fields.filter { !$0.1.isEmpty }) { $1 })
      }
      return packages
    }
  }

  /// Names of the installed packages that begin with one of some texts, in the order of these.
  func installed(prefixes: [String]) async -> [String] {
    switch format {
    case .deb:
      let database = DpkgDatabase.read(from: system.files)
      return prefixes.flatMap { database?.installed(prefix: $0) ?? [] }
    case .rpm:
      guard system.run.find("rpm") != nil, let lines = await lines(Rpm.names(prefixes.map { $0 + "*" })) else {
        return []
      }
      let names = Set(lines.filter { !$0.isEmpty }.map(String.init)).sorted()
      return prefixes.flatMap { prefix in names.filter { $0.hasPrefix(prefix) } }
    }
  }

  /// Those of `names` that are installed, also in part.
  func present(_ names: [String]) async -> [String] {
    switch format {
    case .deb:
      let database = DpkgDatabase.read(from: system.files)
      return names.filter { name in
        database?.packages[name].map { !["not-installed", "config-files"].contains($0.state) } ?? false
      }
    case .rpm:
      var present: [String] = []
      for name in names where await lines(Rpm.fields(of: name)) != nil { present.append(name) }
      return present
    }
  }

  /// Those of `names` of which the database has anything, settings that a removal left too.
  func known(_ names: [String]) async -> [String] {
    guard format == .deb else { return await present(names) }
    let database = DpkgDatabase.read(from: system.files)
    return names.filter { database?.packages[$0].map { $0.state != "not-installed" } ?? false }
  }

  /// Those of `names` on which a killed dpkg stopped half way, so that apt-get refuses everything; rpm has no such state.
  func broken(_ names: [String]) -> [String] {
    guard format == .deb else { return [] }
    let database = DpkgDatabase.read(from: system.files)
    return names.filter { database?.packages[$0]?.state == "half-installed" }
  }

  /// Whether a killed dpkg left updates that it has yet to merge.
  var isInterrupted: Bool { format == .deb && !system.files.list("/var/lib/dpkg/updates").isEmpty }

  func verify(_ names: [String]) -> Command {
    switch format {
    case .deb: aboutTree(Command("dpkg", ["--verify"] + names, environment: ["LC_ALL": "C.UTF-8"]))
    case .rpm: aboutTree(Rpm.verify(names))
    }
  }

  /// What a person calls the database.
  var program: String { format == .deb ? "dpkg" : "rpm" }

  /// A question about the tree, which need not be the machine's own.
  private func aboutTree(_ question: Command) -> Command {
    guard !system.files.isLive else { return question }
    let root = system.files.location.string
    var question = question
    question.arguments = (format == .deb ? ["--root=\(root)"] : ["--root", root]) + question.arguments
    return question
  }

  /// The lines of an answer about the tree.
  private func lines(_ question: Command) async -> [Substring]? {
    guard let result = try? await system.run.run(aboutTree(question)), result.status == 0 else { return nil }
    return result.output.split(separator: "\n", omittingEmptySubsequences: false)
  }
}

extension PackageFormat {
  /// Puts packages into the database, whatever version of them is there.
  func install(_ paths: [String]) -> Command { self == .deb ? Dpkg.install(paths) : Rpm.install(paths) }

  /// Takes packages away with everything of them.
  func erase(_ names: [String]) -> Command { self == .deb ? Dpkg.purge(names) : Rpm.erase(names) }
}

extension PackageFiles {
  /// The format of the packages, which the paths tell; those of the first versions were all debs.
  var format: PackageFormat { (paths + replaced).contains { $0.hasSuffix(".rpm") } ? .rpm : .deb }

  var typedRemoval: [String] { ["rm \(paths.map(shellQuoted).joined(separator: " "))"] }

  var erase: Command { format.erase(names) }

  var bringBack: Command { format.install(replaced) }

  var install: Command { format.install(paths) }
}
