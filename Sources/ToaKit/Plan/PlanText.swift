// SPDX-License-Identifier: Apache-2.0

/// A step of a plan, for a document.
public struct PlannedStep: Encodable, Sendable {
  /// What it does.
  public let title: String
  /// The commands a person would type instead.
  public let commands: [String]
}

extension Plan {
  /// The steps, for a document.
  var planned: [PlannedStep] { steps.map { PlannedStep(title: $0.title, commands: $0.typedCommands) } }
}

extension Console {
  /// Prints a plan with its commands as the answer to `--dry-run`.
  func print(_ plan: Plan) {
    for (index, step) in plan.steps.enumerated() {
      print(styled("\(index + 1). \(step.title)", .strong))
      for command in step.typedCommands { print("   # \(command)") }
    }
  }

  /// Says what is about to be done, before a person is asked.
  func say(_ plan: Plan) {
    say("Plan:")
    for (index, step) in plan.steps.enumerated() { say("  \(index + 1). \(step.title)") }
  }
}
