// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Transaction {
  /// The packages that installing `names` would add, by apt's own simulation.
  func packagesAdded(byInstalling names: [String]) async throws(ToaError) -> [String] {
    let command = Apt.simulateInstall(names)
    let result = try await started(command)
    guard result.status == 0 else {
      throw packageToolError(
        command, result, Self.status(lacking: names), "cannot install \(names.joined(separator: ", "))")
    }
    return Apt.added(bySimulation: result.output)
  }

  func installPackages(_ names: [String]) async throws(ToaError) {
    try await runPackageTool(
      Apt.install(names), Self.status(lacking: names), "cannot install \(names.joined(separator: ", "))")
  }

  /// What it means that packages cannot be had: without headers nothing builds, without the kernel's compiler nothing right.
  private static func status(lacking names: [String]) -> ExitStatus {
    if names.contains(where: { $0.hasPrefix("linux-headers-") }) { return .headersMissing }
    return names.contains { $0.hasPrefix("gcc-") || $0.hasPrefix("clang-") } ? .toolchainMismatch : .buildFailed
  }

  /// Purges those of `names` that are installed, also in part, and that nothing installed since depends on.
  func removePackages(_ names: [String]) async throws(ToaError) {
    try await finishInterruptedDpkg()
    // apt-get refuses everything as long as a package is half installed.
    let before = DpkgDatabase.read(from: system.files)
    let broken = names.filter { before?.packages[$0]?.state == "half-installed" }
    if !broken.isEmpty {
      try await runPackageTool(
        Dpkg.purge(broken), .unexpected, "cannot remove \(broken.joined(separator: " and "))")
    }
    let database = DpkgDatabase.read(from: system.files)
    let present = names.filter { name in
      database?.packages[name].map { !["not-installed", "config-files"].contains($0.state) } ?? false
    }
    guard !present.isEmpty else { return }
    let simulation = Apt.simulatePurge(present)
    let foreign = Set(Apt.removed(bySimulation: try await started(simulation).output)).subtracting(present)
    guard foreign.isEmpty else {
      console.say(
        "  kept \(present.joined(separator: ", ")): \(foreign.sorted().joined(separator: ", ")) depends on them",
        .warning)
      return
    }
    try await runPackageTool(Apt.purge(present), .unexpected, "cannot remove \(present.joined(separator: ", "))")
  }

  func installPackageFiles(_ files: PackageFiles) async throws(ToaError) {
    try await runPackageTool(
      Dpkg.install(files.paths), .unexpected, "cannot install \(files.names.joined(separator: " and "))")
  }

  func removePackageFiles(_ files: PackageFiles, _ purpose: UndoPurpose) async throws(ToaError) {
    let replaced = purpose == .rollback ? files.replaced.filter { system.files.isFile($0) } : []
    let database = DpkgDatabase.read(from: system.files)
    let known = files.names(notIn: replaced).filter {
      database?.packages[$0].map { $0.state != "not-installed" } ?? false
    }
    if !known.isEmpty {
      try await runPackageTool(
        Dpkg.purge(known.reversed()), .unexpected, "cannot remove \(known.joined(separator: " and "))")
    }
    if !replaced.isEmpty {
      try await runPackageTool(Dpkg.install(replaced), .unexpected, "cannot bring back the earlier packages")
    }
  }

  /// A killed dpkg leaves its updates unmerged, and apt-get then refuses to do anything.
  private func finishInterruptedDpkg() async throws(ToaError) {
    guard !system.files.list("/var/lib/dpkg/updates").isEmpty else { return }
    try await runPackageTool(Dpkg.configurePending, .unexpected, "cannot finish an interrupted dpkg run")
  }

  /// Runs apt-get or dpkg to its end, Ctrl-C or not, its output as details.
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
    // "E: Could not get lock /var/lib/dpkg/lock-frontend", "dpkg: error: dpkg frontend lock was locked by another process"
    if said.contains(where: { $0.contains("Could not get lock") || $0.contains("lock was locked by another process") })
    {
      return ToaError(
        .locked, what, why: "another package manager is running and holds dpkg's lock",
        next: ["wait until it has finished, then run the same command again"])
    }
    let complaints = said.filter { $0.hasPrefix("E: ") || $0.hasPrefix("dpkg: error") }
    let why = (complaints.isEmpty ? Array(said.suffix(4)) : complaints).joined(separator: "\n")
    return ToaError(
      status, what, why: "\(command.program) ended with exit status \(result.status).\n\(why)",
      next: ["run it by hand to see all of it: \(command.typed)"])
  }
}
