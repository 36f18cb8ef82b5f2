// SPDX-License-Identifier: Apache-2.0
internal import Host

extension CommandRunner {
  /// The same programs, started by nsenter(1) in the network namespace that lies at `path`; files and all else stay those of this host.
  func inNetwork(_ path: String) -> CommandRunner {
    let outside = self
    @Sendable func placed(_ command: Command) -> Command {
      var command = command
      // By its place, as nsenter looks on PATH alone, and programs of root are not always there.
      let program = outside.find(command.program) ?? command.program
      command.arguments = ["--net=\(path)", "--", program] + command.arguments
      command.program = "nsenter"
      return command
    }
    return CommandRunner(
      run: { command async throws(CommandError) in try await outside.run(placed(command)) },
      stream: { command, onLine async throws(CommandError) in try await outside.stream(placed(command), onLine) },
      find: outside.find)
  }
}
