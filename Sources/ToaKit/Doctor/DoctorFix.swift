// SPDX-License-Identifier: Apache-2.0

/// What `toa doctor --fix` answers.
public struct FixDocument: Document {
  /// Shape of the document.
  public let schema = "toa.fix/1"
  /// Whether the host was changed.
  public let changed: Bool
  /// Whether this was only a plan.
  public let dryRun: Bool
  /// The steps that were or would be taken.
  public let steps: [PlannedStep]
  /// What doctor says afterwards; of a plan, what it says now.
  public let doctor: DoctorDocument
}

/// `toa doctor --fix`: examines, makes a plan of what can be mended without harm, asks, applies it under the journal, and examines
/// again.
public struct DoctorFix: Sendable {
  let system: System
  let console: Console
  let report: DoctorReport

  /// Creates the service.
  public init(_ system: System, _ console: Console, doctor: Doctor = Doctor()) {
    self.system = system
    self.console = console
    report = DoctorReport(system, console, doctor: doctor)
  }

  /// Mends what it can; a host on which nothing can be mended is left as it is.
  public func fix(
    kernel: String?, only: [String], skip: [String], dryRun: Bool, yes: Bool
  ) async throws(ToaError) -> FixDocument {
    if !dryRun {
      try system.requireRoot("doctor --fix")
      // What an interrupted run left would be taken for a finding.
      try await locked { () async throws(ToaError) in _ = try await Transaction(system, console).recover() }
    }
    let before = try await report.examine(kernel: kernel, only: only, skip: skip)
    let plan = Plan(verb: "doctor --fix", kernel: before.kernel, steps: Self.steps(before.findings))
    guard !plan.steps.isEmpty else {
      console.say(
        before.cause.value == nil ? "Nothing to mend." : "Nothing that doctor can mend by itself.",
        before.cause.value == nil ? .good : .warning)
      return document(plan, before, changed: false, dryRun: dryRun)
    }
    if dryRun {
      console.print(plan)
      return document(plan, before, changed: false, dryRun: true)
    }
    console.say(plan)
    try console.consent("doctor --fix", yes: yes)
    try await locked { () async throws(ToaError) in
      try await Transaction(system, console).run(plan) { () async throws(ToaError) in }
    }
    let after = try await report.examine(kernel: kernel, only: only, skip: skip)
    if after.findings.contains(where: \.auto) {
      console.say("More can be mended now: toa doctor --fix", .warning)
    }
    return document(plan, after, changed: true, dryRun: false)
  }

  /// The steps of all findings in the order of the checks, each once.
  private static func steps(_ findings: [Finding]) -> [Step] {
    findings.flatMap(\.repairs).reduce(into: []) { steps, step in
      if !steps.contains(step) { steps.append(step) }
    }
  }

  /// Runs `body` while no other toa changes the host. Checks run outside: they would find the lock taken.
  private func locked(_ body: () async throws(ToaError) -> Void) async throws(ToaError) {
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try await body()
  }

  private func document(_ plan: Plan, _ doctor: DoctorDocument, changed: Bool, dryRun: Bool) -> FixDocument {
    FixDocument(changed: changed, dryRun: dryRun, steps: plan.planned, doctor: doctor)
  }
}
