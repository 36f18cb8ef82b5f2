// SPDX-License-Identifier: Apache-2.0
internal import Host
public import SelfTest

/// What `toa install` answers.
public struct InstallDocument: Document {
  /// Shape of the document.
  public let schema = "toa.install/1"
  /// Whether the host was changed.
  public let changed: Bool
  /// Whether this was only a plan.
  public let dryRun: Bool
  /// Which backend was or would be installed.
  public let backend: Backend.Kind
  /// Why this one; nil where it is the first choice.
  public let reason: String?
  /// Kernel release.
  public let kernel: String
  /// The steps that were or would be taken.
  public let steps: [PlannedStep]
  /// Kernels that were asked for and get no module.
  public let uncovered: [UncoveredKernel]
  /// The proof; nil for a plan, and for a kernel that does not run.
  public let selfTest: SelfTestReport?
}

/// The verb `install`: choose, plan, ask, apply under the journal, prove.
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
    try request.checkOptions()
    if request.dryRun { return try await planOnly(request) }
    try system.requireRoot("install")
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try await Transaction(system, console).recover()
    let facts = try await system.facts(kernel: KernelSelection(request.kernel).main, compilers: false)
    var request = request
    request.removeOldAutoload = wantsOldAutoloadRemoved(facts, request)
    let choice = BackendChoice(system: system, facts: facts, request: request, console: console)
    let draft = try await choice.draft()
    do throws(ToaError) {
      return try await apply(draft, facts, request)
    } catch {
      guard draft.mayFallBack, BackendChoice.mayFallBack(after: error) else { throw error }
      return try await applyEBPF(insteadOf: error, choice)
    }
  }

  /// Tries eBPF after the module failed on the way and everything of it was taken back.
  private func applyEBPF(insteadOf failure: ToaError, _ choice: BackendChoice) async throws(ToaError) -> InstallDocument
  {
    for line in failure.description.split(separator: "\n") { console.detail(String(line)) }
    let draft = try await choice.ebpf(insteadOf: failure)
    do throws(ToaError) {
      return try await apply(draft, choice.facts, choice.request)
    } catch {
      let isOwn = [.unexpected, .refused, .locked, .conflict].contains(error.status)
      throw isOwn ? error : failure.joined(withEBPF: error)
    }
  }

  private func planOnly(_ request: InstallRequest) async throws(ToaError) -> InstallDocument {
    let facts = try await system.facts(kernel: KernelSelection(request.kernel).main, compilers: false)
    let draft = try await BackendChoice(system: system, facts: facts, request: request, console: console).draft()
    if draft.plan.steps.isEmpty {
      console.say("\(Self.already(draft, facts)); nothing to change.", .good)
    } else if let reason = draft.reason {
      console.say(reason)
    }
    for note in draft.notes { console.say(note, .warning) }
    console.print(draft.plan)
    show(draft.uncovered)
    return document(draft, changed: false, dryRun: true, nil)
  }

  private func apply(
    _ draft: Draft, _ facts: HostFacts, _ request: InstallRequest
  ) async throws(ToaError) -> InstallDocument {
    let plan = draft.plan
    if plan.steps.isEmpty {
      console.say("\(Self.already(draft, facts)); nothing to change.", .good)
    } else {
      show(draft, facts)
      try console.consent("install", yes: request.yes)
    }
    let proof = ProofBox()
    if plan.steps.isEmpty {
      // Not even the journal changes.
      proof.report = try await prove(draft, facts)
    } else {
      try await Transaction(system, console).run(plan, keepUnproven: request.keepOnFailure) {
        () async throws(ToaError) in
        proof.report = try await prove(draft, facts)
      }
    }
    show(draft.uncovered)
    await InstallSummary(system: system, console: console).show(draft, facts, proof.report)
    return document(draft, changed: !plan.steps.isEmpty, dryRun: false, proof.report)
  }

  private static func already(_ draft: Draft, _ facts: HostFacts) -> String {
    if let entry = draft.inTree {
      return entry.isBuiltIn ? "toa is built into \(facts.target)" : "the toa of \(facts.target) is at work already"
    }
    return draft.backend == .module
      ? "toa is installed for \(facts.target) already" : "toa is installed with eBPF already"
  }

  private func show(_ draft: Draft, _ facts: HostFacts) {
    console.say("toa \(toaVersion) for kernel \(facts.target) on \(facts.distribution.prettyName)", .strong)
    switch draft.backend {
    case .module:
      let reason = draft.inTree.map { "\($0.path) comes with it" } ?? draft.fetched ?? draft.compiler
      console.say("  \(facts.flavor.verdict.rawValue) kernel" + (reason.map { "; \($0)" } ?? ""))
    case .ebpf: console.say("  \(draft.reason ?? "eBPF, as you asked for it")")
    }
    for note in draft.notes { console.say("  \(note)", .warning) }
    console.say(draft.plan)
  }

  /// Whether lines in rc.local and its like are to go: said on the command line, or asked of a person. Nobody's yes to the plan is
  /// a yes to this; without one they are only named.
  private func wantsOldAutoloadRemoved(_ facts: HostFacts, _ request: InstallRequest) -> Bool {
    let lines = OldAutoload.removable(facts.autoload, system.files)
    guard !lines.isEmpty, !request.removeOldAutoload else { return request.removeOldAutoload }
    console.say("A toa is loaded the old way, which is not needed any more and may load another one at boot:", .warning)
    for line in lines { console.say("  \(line.path):\(line.number): \(line.text)") }
    if !request.yes, console.ask("Comment these lines out?") == true { return true }
    console.say("  -> toa install --remove-old-autoload")
    return false
  }

  /// The kernels that get nothing, each with what would change that.
  private func show(_ uncovered: [UncoveredKernel]) {
    for kernel in uncovered {
      console.say("no toa.ko for kernel \(kernel.kernel): \(kernel.why)", .warning)
      for command in kernel.next { console.say("  -> \(command)") }
    }
  }

  /// Makes the connections; nil for a kernel that does not run.
  private func prove(_ draft: Draft, _ facts: HostFacts) async throws(ToaError) -> SelfTestReport? {
    guard facts.isRunning else { return nil }
    console.say("Proof: real connections from a synthetic load balancer", .strong)
    let reporter = SelfTestReporter(system, console)
    let report = try await reporter.report()
    if let entry = draft.inTree { return try reporter.accept(report, of: entry) }
    guard report.passed else {
      let failed = report.cases.filter(\.failed)
      throw ToaError(
        .selfTestFailed, "\(draft.backend.title) is loaded, but applications do not see the client",
        why: failed.map {
          "\($0.name): expected \($0.expected), accept gave \($0.accepted), getpeername \($0.peerName)"
        }
        .joined(separator: "\n"),
        next: ["toa install --keep-on-failure, then: toa doctor"])
    }
    return report
  }

  private func document(
    _ draft: Draft, changed: Bool, dryRun: Bool, _ report: SelfTestReport?
  ) -> InstallDocument {
    InstallDocument(
      changed: changed, dryRun: dryRun, backend: draft.backend, reason: draft.reason, kernel: draft.plan.kernel,
      steps: draft.plan.planned,
      uncovered: draft.uncovered, selfTest: report)
  }
}

/// Carries the proof's report out of the transaction; only one task touches it.
private final class ProofBox {
  var report: SelfTestReport?
}
