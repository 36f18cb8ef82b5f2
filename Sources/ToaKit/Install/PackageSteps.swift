// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Transaction {
  /// The packages that installing `names` would add, by the package tool's own simulation.
  func packagesAdded(byInstalling names: [String], _ manager: PackageManager?) async throws(ToaError) -> [String] {
    let tool = PackageTool(manager ?? .apt)
    let command = tool.simulateInstall(names)
    let result = try await started(command)
    guard let added = tool.added(bySimulation: result) else {
      throw packageToolError(
        command, result, Self.status(lacking: names), "cannot install \(names.joined(separator: ", "))")
    }
    return added
  }

  func installPackages(_ names: [String], _ manager: PackageManager?) async throws(ToaError) {
    try await runPackageTool(
      PackageTool(manager ?? .apt).install(names), Self.status(lacking: names),
      "cannot install \(names.joined(separator: ", "))")
  }

  /// Those of local packages that are not there yet.
  func packagesAdded(byInstalling local: LocalPackages, _ tool: PackageTool) async -> [String] {
    let present = await PackageDatabase(system, format: tool.manager.format).present(local.identities)
    return local.identities.filter { !present.contains($0) }
  }

  func installLocalPackages(_ local: LocalPackages, _ tool: PackageTool) async throws(ToaError) {
    try await runPackageTool(
      tool.installLocal(local.paths), Self.status(lacking: local.names),
      "cannot install \(local.names.joined(separator: ", "))")
  }

  /// What it means that packages cannot be had: without headers nothing builds, without the kernel's compiler nothing right.
  static func status(lacking names: [String]) -> ExitStatus {
    // linux-headers-6.1.0-56-cloud-amd64, kernel-devel-5.14.0-362.el9.x86_64, kernel-default-devel=5.14.21-150500.55.52.1
    let isHeaders = { (name: String) in
      name.hasPrefix("linux-headers-")
        || (name.hasPrefix("kernel-") || name.hasPrefix("linux-")) && name.contains("-devel")
    }
    if names.contains(where: isHeaders) { return .headersMissing }
    let isCompiler = { (name: String) in
      ["gcc", "clang", "devtoolset-"].contains { name.hasPrefix($0) }
    }
    return names.contains(where: isCompiler) ? .toolchainMismatch : .buildFailed
  }

  /// Purges those of `names` that are installed, also in part, and that nothing installed since depends on.
  func removePackages(_ names: [String], _ manager: PackageManager?) async throws(ToaError) {
    let tool = PackageTool(manager ?? .apt)
    let database = PackageDatabase(system, format: tool.manager.format)
    try await finishInterruptedDpkg(database)
    let broken = database.broken(names)
    if !broken.isEmpty {
      try await runPackageTool(
        database.format.erase(broken), .unexpected, "cannot remove \(broken.joined(separator: " and "))")
    }
    var going = await database.present(names)
    while !going.isEmpty {
      let foreign = try await dependents(of: going, tool)
      if foreign.isEmpty { break }
      let needed = try await needed(of: going, tool)
      console.say(
        "  kept \(needed.joined(separator: ", ")): \(foreign.joined(separator: ", ")) depends on them", .warning)
      going.removeAll { needed.contains($0) }
    }
    guard !going.isEmpty else { return }
    try await runPackageTool(tool.remove(going), .unexpected, "cannot remove \(going.joined(separator: ", "))")
  }

  private func dependents(of names: [String], _ tool: PackageTool) async throws(ToaError) -> [String] {
    tool.dependents(of: names, bySimulation: try await started(tool.simulateRemove(names)))
  }

  /// Those of `names` that packages other than these depend on; all of them where that cannot be told.
  private func needed(of names: [String], _ tool: PackageTool) async throws(ToaError) -> [String] {
    var needed: [String] = []
    for name in names where try await !Set(dependents(of: [name], tool)).isSubset(of: names) { needed.append(name) }
    return needed.isEmpty ? names : needed
  }

  func installPackageFiles(_ files: PackageFiles) async throws(ToaError) {
    try await runPackageTool(
      files.install, .unexpected, "cannot install \(files.names.joined(separator: " and "))")
  }

  func removePackageFiles(_ files: PackageFiles, _ purpose: UndoPurpose) async throws(ToaError) {
    let replaced = purpose == .rollback ? files.replaced.filter { system.files.isFile($0) } : []
    let database = PackageDatabase(system, format: files.format)
    let leaving = files.names(notIn: replaced)
    let known = await database.known(leaving)
    if !known.isEmpty {
      try await runPackageTool(
        database.format.erase(known.reversed()), .unexpected, "cannot remove \(known.joined(separator: " and "))")
    }
    try await removeUnowned(files.paths.filter { leaving.contains(PackageFormat.packageName(ofFile: $0)) }, database)
    if !replaced.isEmpty {
      try await runPackageTool(database.format.install(replaced), .unexpected, "cannot bring back the earlier packages")
    }
  }

  /// Removes the files that a killed rpm unpacked before it noted the package in its database.
  private func removeUnowned(_ packages: [String], _ database: PackageDatabase) async throws(ToaError) {
    guard database.format == .rpm else { return }
    for package in packages where system.files.isFile(package) {
      guard let listed = try? await system.run.run(Rpm.files(in: package)), listed.status == 0 else { continue }
      for path in listed.output.split(separator: "\n").map(String.init) where path.hasPrefix("/") {
        guard system.files.isFile(path) || system.files.linkTarget(path) != nil,
          let owners = try? await system.run.run(Rpm.owners(of: path)), owners.status != 0
        else { continue }
        try? system.files.remove(path)
      }
    }
  }

  /// A killed dpkg leaves its updates unmerged, and apt-get then refuses to do anything.
  private func finishInterruptedDpkg(_ database: PackageDatabase) async throws(ToaError) {
    guard database.isInterrupted else { return }
    try await runPackageTool(Dpkg.configurePending, .unexpected, "cannot finish an interrupted dpkg run")
  }

  /// Runs a package tool or database to its end, Ctrl-C or not, its output as details.
  func runPackageTool(_ command: Command, _ status: ExitStatus, _ what: String) async throws(ToaError) {
    let system = system
    let console = console
    let progress = Progress(console, command.program)
    let result = try await shielded { () async throws(ToaError) in
      defer { progress.end() }
      do throws(CommandError) {
        return try await system.run.stream(command) { line in
          console.detail(line)
          progress.show(line)
        }
      } catch {
        throw ToaError(status, what, why: error.description)
      }
    }
    guard result.status == 0 else { throw packageToolError(command, result, status, what) }
  }

  private func started(_ command: Command) async throws(ToaError) -> CommandResult {
    do throws(CommandError) {
      return try await system.run.run(command)
    } catch {
      throw ToaError(.notApplicable, "cannot run \(command.program)", why: error.reason)
    }
  }

  private func packageToolError(
    _ command: Command, _ result: CommandResult, _ status: ExitStatus, _ what: String
  ) -> ToaError {
    let said = (result.output + "\n" + result.errorOutput).split(separator: "\n").map(String.init)
    let format: PackageFormat = ["apt-get", "dpkg"].contains(command.program) ? .deb : .rpm
    if PackageTool.saysLocked(said) {
      return ToaError(
        .locked, what,
        why: "another package manager is running and holds \(format == .deb ? "dpkg" : "rpm")'s lock",
        next: ["wait until it has finished, then run the same command again"])
    }
    let complaints = PackageTool.complaints(in: said, of: format)
    let why = (complaints.isEmpty ? Array(said.suffix(4)) : complaints).joined(separator: "\n")
    return ToaError(
      status, what, why: "\(command.program) ended with exit status \(result.status).\n\(why)",
      next: ["run it by hand to see all of it: \(command.typed)"])
  }
}
