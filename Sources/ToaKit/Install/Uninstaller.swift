// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// What `toa uninstall` answers.
public struct UninstallDocument: Document {
  /// Shape of the document.
  public let schema = "toa.uninstall/1"
  /// Whether the host was changed.
  public let changed: Bool
  /// Whether this was only a plan.
  public let dryRun: Bool
  /// The commands that a person would have typed, in order.
  public let commands: [String]
  /// What only a person can take away: a certificate in the firmware.
  public var remains: [String] = []
}

/// The verb `uninstall`: the installed plans read backwards, then toa's own folders.
public struct Uninstaller: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Folders that only toa writes.
  private static let folders = [Journal.folder, "/var/log/toa"]

  /// Takes everything off; a host without toa is left as it is.
  public func uninstall(dryRun: Bool, yes: Bool) async throws(ToaError) -> UninstallDocument {
    let entries = Journal(system.files).entries().filter { !$0.standing.isEmpty || $0.isCommitted }
    let database = PackageDatabase(system)
    let strays = await strayPackages(entries, database)
    let folders = Self.folders.filter { system.files.exists($0) }
    let transaction = Transaction(system, console)
    let undoing = entries.withEachPackageOnce.reversed().flatMap { entry in
      entry.undoOrder.flatMap { transaction.typedUndo($0.step, facts: $0.facts, .withdrawal) }
    }
    // Programs that no entry answers for: somebody ran `toa load`, or the journal was lost.
    let strayPins = system.bpf.hasPins() && !undoing.contains(EBPFLoad.typedUnload) ? [EBPFLoad.typedUnload] : []
    let strayMount = BpfFileSystem(system, nil).isOurs ? [Step.mountBpf.typedUndo(facts: [], .withdrawal)[0]] : []
    let hook = KernelHook(system, console)
    let proxying = TransparentProxying(system, console)
    let commands = Self.once(
      undoing + strayPins + proxying.typedRelease + (strays.isEmpty ? [] : [database.format.erase(strays).typed])
        + strayMount
        + hook.typedRemoval + folders.map { "rm -r \($0)" })
    guard !commands.isEmpty else {
      console.say("toa is not installed; nothing to remove.", .good)
      return UninstallDocument(changed: false, dryRun: dryRun, commands: [])
    }
    if dryRun {
      for command in commands { console.print("# \(command)") }
      return UninstallDocument(changed: false, dryRun: true, commands: commands)
    }
    try system.requireRoot("uninstall")
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    if !yes {
      console.say("This will be run:", .strong)
      for command in commands { console.say(change: command) }
    }
    try console.consent("uninstall", yes: yes)
    try await shielded { () async throws(ToaError) in try await transaction.withdraw(entries) }
    try await removePins()
    if !proxying.typedRelease.isEmpty { try await proxying.release() }
    try await removeStrays(strays, transaction, database)
    // The package's own script has done it, unless it went in another way.
    _ = try await hook.removeAll()
    // Asked before the certificate's file goes.
    let remains = await keyRemains()
    try removeFolders(folders)
    if remains.isEmpty {
      console.say("toa is removed; nothing of it is left.", .good)
    } else {
      console.say("toa is removed from this system.", .good)
      for line in remains { for part in console.wrapped(line) { console.say("  \(part)", .warning) } }
    }
    return UninstallDocument(changed: true, dryRun: false, commands: commands, remains: remains)
  }

  /// The commands, each that comes again left out: several plans put the same thing in place.
  private static func once(_ commands: [String]) -> [String] {
    var seen: Set<String> = []
    return commands.filter { seen.insert($0).inserted }
  }

  /// What the firmware keeps of toa's own key when that goes.
  private func keyRemains() async -> [String] {
    guard system.files.exists(SigningKeyFiles.own.certificate),
      let certificate = try? await SigningCertificate.read(SigningKeyFiles.own.certificate, system)
    else { return [] }
    return KeyEnrolment.remains(of: certificate, system) ?? []
  }

  /// Takes out programs that are left, and the file system that toa mounted for them.
  private func removePins() async throws(ToaError) {
    if system.bpf.hasPins() {
      console.say(change: EBPFLoad.typedUnload)
      try EBPFBackend(system).unload()
    }
    try await BpfFileSystem(system, console).release()
  }

  /// Packages of toa that no journal entry answers for: somebody installed them by hand, or the journal was lost.
  private func strayPackages(_ entries: [Journal.Entry], _ database: PackageDatabase) async -> [String] {
    let known = Set(entries.flatMap { $0.plan.steps.flatMap(\.packageNames) })
    var prefixes = [
      TransparentPackage.name, EBPFPackage.name, KernelHooksPackage.name, DkmsPackage.name, "toa-modules-",
    ]
    if database.format == .rpm { prefixes.append(ModulePackage.prefix(.rpm)) }
    return await database.installed(prefixes: prefixes).filter { !known.contains($0) }
  }

  private func removeStrays(
    _ strays: [String], _ transaction: Transaction, _ database: PackageDatabase
  ) async throws(ToaError) {
    guard !strays.isEmpty else { return }
    console.say(change: database.format.erase(strays).typed)
    try ModuleBackend(system).unload()
    try await transaction.runPackageTool(
      database.format.erase(strays), .unexpected, "cannot remove \(strays.joined(separator: ", "))")
  }

  private func removeFolders(_ folders: [String]) throws(ToaError) {
    for folder in folders {
      console.say(change: "rm -r \(folder)")
      do throws(FileError) {
        // The journal goes last: as long as it stands, the next run finishes what this one could not.
        for name in system.files.list(folder) where name != "journal" { try system.files.remove(folder + "/" + name) }
        try system.files.remove(folder)
      } catch {
        throw ToaError(.unexpected, "cannot remove \(error.path)", why: errorText(error.errno), next: ["toa uninstall"])
      }
    }
  }
}

extension Step {
  /// Packages of toa that the step installs.
  var packageNames: [String] {
    if case .installPackageFiles(let files) = self { files.names } else { [] }
  }
}
