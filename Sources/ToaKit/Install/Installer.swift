// SPDX-License-Identifier: Apache-2.0
internal import Host
public import SelfTest

/// What `toa install` answers.
public struct InstallDocument: Document {
  /// One step of the plan.
  public struct PlannedStep: Encodable, Sendable {
    /// What it does.
    public let title: String
    /// The commands a person would type.
    public let commands: [String]
  }

  /// Shape of the document.
  public let schema = "toa.install/1"
  /// Whether the host was changed.
  public let changed: Bool
  /// Whether this was only a plan.
  public let dryRun: Bool
  /// Kernel release.
  public let kernel: String
  /// The steps that were or would be taken.
  public let steps: [PlannedStep]
  /// The proof; nil for a plan, and for a kernel that does not run.
  public let selfTest: SelfTestReport?
}

/// The verb `install`: plan, ask, apply under the journal, prove.
public struct Installer: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Installs; the last thing that happens is a crafted connection that reads back the client.
  public func install(_ request: InstallRequest) async throws(ToaError) -> InstallDocument {
    if !request.dryRun { try system.requireRoot("install") }
    let transaction = Transaction(system, console)
    if request.dryRun { return try await planOnly(request) }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try await transaction.recover()
    let (facts, plan) = try await plan(request)
    if plan.steps.isEmpty {
      console.say("toa is installed for \(facts.target) already; nothing to change.", .good)
    } else {
      show(plan, facts)
      try console.consent("install", yes: request.yes)
    }
    let proof = ProofBox()
    if plan.steps.isEmpty {
      // Not even the journal changes.
      proof.report = try await prove(facts)
    } else {
      try await transaction.run(plan, keepUnproven: request.keepOnFailure) { () async throws(ToaError) in
        proof.report = try await prove(facts)
      }
    }
    await summarise(facts, proof.report)
    return document(plan, changed: !plan.steps.isEmpty, dryRun: false, proof.report)
  }

  private func planOnly(_ request: InstallRequest) async throws(ToaError) -> InstallDocument {
    let (facts, plan) = try await plan(request)
    if plan.steps.isEmpty {
      console.say("toa is installed for \(facts.target) already; nothing to change.", .good)
    }
    for (index, step) in plan.steps.enumerated() {
      console.print(console.styled("\(index + 1). \(step.title)", .strong))
      for command in step.typedCommands { console.print("   # \(command)") }
    }
    return document(plan, changed: false, dryRun: true, nil)
  }

  private func plan(_ request: InstallRequest) async throws(ToaError) -> (HostFacts, Plan) {
    let facts = try await system.facts(kernel: request.kernel)
    if request.dryRun == false || system.identity.userID == 0 { try Preflight(system: system, facts: facts).check() }
    return (facts, try await InstallPlanner(system, facts, request).plan())
  }

  private func show(_ plan: Plan, _ facts: HostFacts) {
    console.say("toa \(toaVersion) for kernel \(facts.target) on \(facts.distribution.prettyName)", .strong)
    console.say("  \(facts.flavor.verdict.rawValue) kernel; \(facts.choice.reason)")
    console.say("Plan:")
    for (index, step) in plan.steps.enumerated() { console.say("  \(index + 1). \(step.title)") }
  }

  /// Makes the connections; nil for a kernel that does not run.
  private func prove(_ facts: HostFacts) async throws(ToaError) -> SelfTestReport? {
    guard facts.isRunning else { return nil }
    console.say("Proof: real connections from a synthetic load balancer", .strong)
    let reporter = SelfTestReporter(system, console)
    let report = try await reporter.report()
    guard report.passed else {
      let failed = report.cases.filter(\.failed)
      throw ToaError(
        .selfTestFailed, "toa.ko is loaded, but applications do not see the client",
        why: failed.map {
          "\($0.name): expected \($0.expected), accept gave \($0.accepted), getpeername \($0.peerName)"
        }
        .joined(separator: "\n"),
        next: ["toa install --keep-on-failure, then: toa doctor"])
    }
    return report
  }

  private func summarise(_ facts: HostFacts, _ report: SelfTestReport?) async {
    let packages = await InstalledPackages.read(system, kernel: facts.target.text)
    let live = facts.isRunning ? LiveModule(system) : nil
    var table = Table()
    table.add(["  kernel", "\(facts.target)"])
    if let compiler = packages.compiler { table.add(["  built with", "\(compiler)"]) }
    table.add([
      "  package", "\(PackageBuild.names(facts.target.text).joined(separator: ", ")) \(packages.version ?? "")",
    ])
    if let live { table.add(["  loaded", "toa.ko \(live.version ?? ""), hooked by \(live.hook ?? "?")"]) }
    if let trusted = live?.trusted { table.add(["  trusted", "\(trusted)"]) }
    table.add(["  at boot", "loaded by systemd-modules-load"])
    if let report { table.add(["  proven", "\(SelfTestReporter.summary(report, console))"]) }
    console.say(
      facts.isRunning ? "Applications on this host see their clients." : "Installed for the next boot.", .good)
    for line in table.lines(console) { console.say(line) }
  }

  private func document(
    _ plan: Plan, changed: Bool, dryRun: Bool, _ report: SelfTestReport?
  ) -> InstallDocument {
    InstallDocument(
      changed: changed, dryRun: dryRun, kernel: plan.kernel,
      steps: plan.steps.map { .init(title: $0.title, commands: $0.typedCommands) }, selfTest: report)
  }
}

/// Carries the proof's report out of the transaction; only one task touches it.
private final class ProofBox {
  var report: SelfTestReport?
}
