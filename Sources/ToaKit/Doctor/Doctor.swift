// SPDX-License-Identifier: Apache-2.0

/// Runs checks side by side and collects their findings; nothing stops at the first problem.
public struct Doctor: Sendable {
  /// Which checks to run.
  public struct Selection: Sendable {
    /// Ids or group names to run; empty is all.
    public var only: [String] = []
    /// Ids or group names to leave out; they are shown as skipped.
    public var skip: [String] = []

    /// Creates a selection.
    public init(only: [String] = [], skip: [String] = []) {
      self.only = only
      self.skip = skip
    }

    static func names(_ words: [String], _ check: Check) -> Bool {
      words.contains { $0.uppercased() == check.id || $0.uppercased() == check.group.rawValue }
    }
  }

  let checks: [Check]

  /// Creates a doctor with all checks, or with some of its own.
  public init(checks: [Check] = Check.all) { self.checks = checks }

  /// Words of a selection that name no check and no group.
  public func unknown(_ selection: Selection) -> [String] {
    (selection.only + selection.skip).filter { word in !checks.contains { Selection.names([word], $0) } }
  }

  /// Runs the selected checks; the findings come in the order of the checks. Those that look at a capture come behind the others, as the
  /// connections of the self-test would be counted as well.
  public func examine(_ context: DoctorContext, _ selection: Selection = Selection()) async -> [Finding] {
    let chosen = checks.filter { selection.only.isEmpty || Selection.names(selection.only, $0) }
    var findings = [Finding?](repeating: nil, count: chosen.count)
    let rounds =
      context.watch == nil
      ? [Array(chosen.indices)]
      : [
        chosen.indices.filter { !chosen[$0].watches }, chosen.indices.filter { chosen[$0].watches },
      ]
    for round in rounds {
      await withTaskGroup(of: (Int, Finding).self) { group in
        for index in round {
          let check = chosen[index]
          let left = Selection.names(selection.skip, check)
          group.addTask {
            left
              ? (index, check.finding(Outcome(.skipped, "left out on request"), milliseconds: 0))
              : (index, await check.examined(context))
          }
        }
        for await (index, finding) in group { findings[index] = finding }
      }
    }
    return findings.compactMap { $0 }
  }
}

extension Check {
  func examined(_ context: DoctorContext) async -> Finding {
    let clock = ContinuousClock()
    let start = clock.now
    let outcome: Outcome
    do {
      if let idle = context.idle(subject) {
        outcome = idle
      } else {
        outcome = context.weighed(try await probe(context), self)
      }
    } catch {
      outcome = Outcome(.crashed, "the check itself failed: \(error)")
    }
    return finding(outcome, milliseconds: (clock.now - start).wholeMilliseconds)
  }

  func finding(_ outcome: Outcome, milliseconds: Int) -> Finding {
    // What another backend makes moot needs no mending.
    let repairs = [.warning, .error].contains(outcome.status) ? outcome.repairs : []
    return Finding(
      id: id, group: group, title: title, owner: outcome.owner ?? owner, status: outcome.status,
      observed: outcome.observed, expected: outcome.expected, evidence: outcome.evidence, fix: outcome.fix,
      auto: !repairs.isEmpty, milliseconds: milliseconds, repairs: repairs)
  }
}
