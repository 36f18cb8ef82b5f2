// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// What `toa tproxy enable` and `disable` answer.
public struct TransparentDocument: Document {
  /// Shape of the document.
  public let schema = "toa.tproxy-change/1"
  /// Whether the host was changed.
  public let changed: Bool
  /// Whether this was only a plan.
  public let dryRun: Bool
  /// What is enabled now, or would be; nil when nothing is.
  public let settings: OrNull<TransparentSettings>
  /// The commands that a person would have typed, in order.
  public let commands: [String]
}

/// The verbs `tproxy enable`, `disable`, and the two that the boot and the package run: plan, ask, apply under the journal, prove.
public struct TransparentProxying: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  private var rules: TransparentRules { TransparentRules(system.run, system.files) }
  private var journal: Journal { Journal(system.files) }

  /// Has answers to clients' addresses come back to the proxy, now and after each boot.
  public func enable(_ request: TransparentRequest) async throws(ToaError) -> TransparentDocument {
    if !request.dryRun { try system.requireRoot("tproxy enable") }
    let lock = request.dryRun ? nil : try HostLock(system)
    defer { extendLifetime(lock) }
    let transaction = Transaction(system, console)
    if !request.dryRun { try await transaction.recover() }
    let settings = try await TransparentSettings.wanted(system, request)
    let facts = try await system.facts(kernel: nil, compilers: false)
    let plan = try await TransparentPlanner(system: system, facts: facts, request: request).plan(settings)
    let document = { (changed: Bool) in
      TransparentDocument(
        changed: changed, dryRun: request.dryRun, settings: OrNull(settings),
        commands: plan.steps.flatMap(\.typedCommands))
    }
    if plan.steps.isEmpty { console.say("Transparent proxying is enabled already; nothing to change.", .good) }
    if request.dryRun {
      console.print(plan)
      return document(false)
    }
    guard !plan.steps.isEmpty else {
      try await prove(settings)
      return document(false)
    }
    console.say(plan)
    warn(request)
    try console.consent("tproxy enable", yes: request.yes)
    try await transaction.run(plan) { () async throws(ToaError) in try await prove(settings) }
    TransparentStatus(system, console).say(enabled: settings)
    return document(true)
  }

  /// Takes back all of it, and brings back what was there before.
  public func disable(dryRun: Bool, yes: Bool) async throws(ToaError) -> TransparentDocument {
    let lock = dryRun || system.identity.userID != 0 ? nil : try HostLock(system)
    defer { extendLifetime(lock) }
    let transaction = Transaction(system, console)
    let database = PackageDatabase(system)
    let entries = journal.entries().filter {
      $0.plan.verb == TransparentPlanner.verb && (!$0.standing.isEmpty || $0.isCommitted)
    }
    let strays = await database.installed(prefixes: [TransparentPackage.name]).filter { name in
      !entries.contains { $0.plan.steps.contains { $0.packageNames.contains(name) } }
    }
    let commands = typedRemoval(
      entries, transaction, strays.isEmpty ? [] : [database.format.erase(strays).typed])
    guard !commands.isEmpty else {
      console.say("Transparent proxying is not enabled; nothing to remove.", .good)
      // A kill before the first step leaves a journal of nothing.
      if lock != nil { try transaction.removeEmptyJournal() }
      return TransparentDocument(changed: false, dryRun: dryRun, settings: OrNull(nil), commands: [])
    }
    if dryRun {
      for command in commands { console.print("# \(command)") }
      return TransparentDocument(changed: false, dryRun: true, settings: OrNull(nil), commands: commands)
    }
    try system.requireRoot("tproxy disable")
    if !yes {
      console.say("This will be run:", .strong)
      for command in commands { console.say(change: command) }
    }
    try console.consent("tproxy disable", yes: yes)
    try await shielded { () async throws(ToaError) in
      try await transaction.withdraw(entries)
      try await release()
      try await removeStrays(strays, transaction, database)
      try transaction.removeEmptyJournal()
    }
    console.say("Transparent proxying is off; rules and routes are as they were before.", .good)
    return TransparentDocument(changed: true, dryRun: false, settings: OrNull(nil), commands: commands)
  }

  /// At boot, and whenever the packet filter was loaded anew: makes what the installed package says.
  public func restore() async throws(ToaError) {
    try system.requireRoot("tproxy restore")
    guard let settings = try TransparentSettings.installed(system) else {
      throw ToaError(
        .notApplicable, "transparent proxying is not installed", why: "there is no \(TransparentSettings.path)",
        next: ["toa tproxy enable"])
    }
    try await rules.raise(settings)
    console.say("Servers' answers are diverted to the proxy.", .good)
  }

  /// Takes the parts out of the kernel, and leaves the package; nothing there is no error.
  public func release() async throws(ToaError) {
    try system.requireRoot("tproxy release")
    if let settings = try TransparentSettings.enabled(system) { try await rules.lower(settings) }
  }

  /// Reads back what is in the kernel, and has a client, a proxy and a server use the same in namespaces of their own. Where none can be
  /// made, as in a container, the first has to do.
  private func prove(_ settings: TransparentSettings) async throws(ToaError) {
    let state = try await rules.state(settings)
    guard state.isWhole else {
      throw ToaError(
        .unexpected, "the kernel does not show what was made", why: state.missing.map(\.title).joined(separator: "\n"),
        next: ["toa tproxy enable --verbose"])
    }
    console.say("Proof: real connections through a proxy in a network namespace", .strong)
    var request = TransparentSelfTestRequest()
    request.partsOnly = true
    let document: TransparentSelfTestDocument
    do throws(ToaError) {
      document = try await TransparentSelfTest(system, console.withoutAnswer).run(request)
    } catch {
      guard error.status == .notApplicable else { throw error }
      console.say("  not made: \(error.description)", .warning)
      return
    }
    guard document.passed else {
      throw ToaError(
        .selfTestFailed, "the rules are made, but answers do not come back to a proxy",
        why: document.findings.map(\.verdict).joined(separator: "\n"), next: document.findings.flatMap(\.next))
    }
  }

  private func warn(_ request: TransparentRequest) {
    if !request.isRuntime, !system.files.hasSystemd {
      console.say(
        "  there is no systemd here: have the start-up run \(TransparentPackage.program) tproxy restore", .warning)
    }
  }

  /// What a person would type to take the parts out of the kernel; none where nothing was made since the boot.
  var typedRelease: [String] {
    let record = (try? TransparentRecord.read(system.files)) ?? nil
    return record.map { TransparentCommands.removing($0.settings, $0) } ?? []
  }

  private func typedRemoval(
    _ entries: [Journal.Entry], _ transaction: Transaction, _ strays: [String]
  ) -> [String] {
    let undoing = entries.withEachPackageOnce.reversed().flatMap { entry in
      entry.undoOrder.flatMap { transaction.typedUndo($0.step, facts: $0.facts, .withdrawal) }
    }
    // The last two are what no entry answers for: a unit made it, or the journal was lost.
    var seen: Set<String> = []
    return (undoing + typedRelease + strays).filter { seen.insert($0).inserted }
  }

  private func removeStrays(
    _ strays: [String], _ transaction: Transaction, _ database: PackageDatabase
  ) async throws(ToaError) {
    guard !strays.isEmpty else { return }
    console.say(change: database.format.erase(strays).typed)
    try await transaction.runPackageTool(
      database.format.erase(strays), .unexpected, "cannot remove \(strays.joined(separator: ", "))")
  }
}
