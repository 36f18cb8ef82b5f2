// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Applies plans under the journal's protection: what a failure, Ctrl-C or a kill leaves is undone by this run or the next.
public struct Transaction: Sendable {
  let system: System
  let console: Console
  let journal: Journal

  /// Creates the machinery for one command.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
    journal = Journal(system.files)
  }

  /// Undoes what an interrupted run left standing; returns whether there was anything.
  @discardableResult
  public func recover() async throws(ToaError) -> Bool {
    let interrupted = journal.entries().filter { !$0.isCommitted && !$0.standing.isEmpty }
    guard !interrupted.isEmpty else { return false }
    for entry in interrupted.reversed() {
      console.say("An earlier `toa \(entry.plan.verb)` was interrupted; undoing what it left.", .warning)
      try await undo(entry, .rollback)
    }
    try removeEmptyJournal()
    return true
  }

  /// Applies a plan, then has `proof` show that it works; any failure undoes every step and is thrown on.
  ///
  /// With `keepUnproven`, a failing proof leaves the steps in place and the plan committed.
  public func run(
    _ plan: Plan, keepUnproven: Bool = false, proof: () async throws(ToaError) -> Void
  ) async throws(ToaError) {
    let number = journal.entries().count
    try record(.plan(plan))
    do throws(ToaError) {
      for (index, step) in plan.steps.enumerated() {
        try refuseIfCancelled()
        console.say("[\(index + 1)/\(plan.steps.count)] \(step.title)", .strong)
        let facts = try await prepare(step)
        try record(.begin(plan: number, step: index, facts: facts))
        for command in step.typedCommands { console.say(change: command) }
        try await apply(step)
        try record(.done(plan: number, step: index))
      }
      try refuseIfCancelled()
      do throws(ToaError) {
        try await proof()
      } catch {
        guard keepUnproven else { throw error }
        try record(.commit(plan: number))
        throw error
      }
      try record(.commit(plan: number))
    } catch {
      let entry = journal.entries().last { $0.number == number }
      if let entry, !entry.isCommitted, !entry.standing.isEmpty {
        console.say("Undoing the steps taken so far.", .warning)
        try await shielded { () throws(ToaError) in try await undo(entry, .rollback) }
      }
      try removeEmptyJournal()
      throw error
    }
  }

  /// Takes committed plans back, newest first.
  public func withdraw(_ entries: [Journal.Entry]) async throws(ToaError) {
    for entry in entries.withEachPackageOnce.reversed() {
      if entry.isCommitted { try record(.withdraw(plan: entry.number)) }
      try await undo(entry, .withdrawal)
    }
  }

  private func undo(_ entry: Journal.Entry, _ purpose: UndoPurpose) async throws(ToaError) {
    for (number, step, facts) in entry.undoOrder {
      for command in typedUndo(step, facts: facts, purpose) { console.say(change: command) }
      try await undo(step, facts: facts, purpose)
      // A full disk must not stop the undoing; without this line the next run undoes the step again, which does nothing.
      try? journal.add(.undone(plan: entry.number, step: number))
    }
  }

  /// Removes the journal and its folder when nothing that toa did stands any more.
  func removeEmptyJournal() throws(ToaError) {
    guard journal.entries().allSatisfy({ $0.standing.isEmpty && !$0.isCommitted }) else { return }
    do throws(FileError) {
      try journal.removeFolder()
    } catch {
      throw ToaError(.unexpected, "cannot remove \(error.path)", why: errorText(error.errno), next: ["toa uninstall"])
    }
  }

  private func record(_ record: Journal.Record) throws(ToaError) {
    do throws(FileError) {
      try journal.add(record)
    } catch {
      throw ToaError(
        .unexpected, "cannot keep the journal \(Journal.path)", why: errorText(error.errno),
        next: ["free some space or make \(Journal.folder) writable, then run the same command again"])
    }
  }
}

/// Why a step is undone.
public enum UndoPurpose: Sendable {
  /// The plan failed: what was there before comes back.
  case rollback
  /// The user takes toa off: nothing of it comes back.
  case withdrawal
}

/// Throws when Ctrl-C or SIGTERM came.
func refuseIfCancelled() throws(ToaError) {
  if Task.isCancelled { throw ToaError(.unexpected, "interrupted", next: ["run the same command again"]) }
}

/// Runs `body` to its end even when the surrounding task is cancelled: dpkg must not be stopped half way.
func shielded<Value: Sendable>(
  _ body: @escaping @Sendable () async throws(ToaError) -> Value
) async throws(ToaError) -> Value {
  let task = Task { () async -> Result<Value, ToaError> in
    do throws(ToaError) { return .success(try await body()) } catch { return .failure(error) }
  }
  return try await task.value.get()
}
