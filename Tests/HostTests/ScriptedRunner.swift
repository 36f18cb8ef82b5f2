// SPDX-License-Identifier: Apache-2.0
import Host

/// A runner that answers from a function: nil stands for a program that fails.
func scriptedRunner(
  programs: [String: String] = [:], _ answer: @escaping @Sendable (Command) -> String?
) -> CommandRunner {
  @Sendable func result(_ command: Command) -> CommandResult {
    answer(command).map { CommandResult(status: 0, output: $0) } ?? CommandResult(status: 127)
  }
  return CommandRunner(
    run: { command async throws(CommandError) in result(command) },
    stream: { command, _ async throws(CommandError) in result(command) }, find: { programs[$0] })
}
