// SPDX-License-Identifier: Apache-2.0
internal import Glibc
public import Host
internal import Subprocess
internal import SystemPackage

extension CommandRunner {
  /// Programs of this machine, each in a session of its own so that Ctrl-C reaches toa alone and toa decides what to undo.
  public static func live() -> CommandRunner {
    CommandRunner(
      run: { command async throws(CommandError) in
        try await execute(command) { configuration, input in
          let result = try await Subprocess.run(
            configuration, input: input, output: .string(limit: 16 << 20), error: .string(limit: 4 << 20))
          return CommandResult(
            status: exitStatus(result.terminationStatus), output: result.standardOutput,
            errorOutput: result.standardError)
        }
      },
      stream: { command, onLine async throws(CommandError) in
        try await execute(command) { configuration, input in
          let result = try await Subprocess.run(
            configuration, input: input, output: .sequence, error: .combinedWithOutput
          ) { execution in
            var lines: [String] = []
            for try await line in execution.standardOutput.strings() {
              let text = line.last == "\n" ? String(line.dropLast()) : line
              lines.append(text)
              onLine(text)
            }
            return lines.joined(separator: "\n")
          }
          return CommandResult(status: exitStatus(result.terminationStatus), output: result.closureResult)
        }
      },
      find: { program(onPath: $0) },
      attend: { command async throws(CommandError) in
        // On the terminal, in this session: what a person types is for the program.
        try await execute(command, ownSession: false) { configuration, _ in
          let result = try await Subprocess.run(
            configuration, input: .currentStandardInput, output: .currentStandardOutput,
            error: .currentStandardError)
          return CommandResult(status: exitStatus(result.terminationStatus))
        }.status
      })
  }
}

private func execute(
  _ command: Command, ownSession: Bool = true,
  _ body: (Configuration, ArrayInput) async throws -> CommandResult
) async throws(CommandError) -> CommandResult {
  guard let path = program(onPath: command.program) else {
    throw CommandError(command: command, reason: "not found on PATH")
  }
  var changes: [Environment.Key: String?] = [:]
  for name in command.unsetEnvironment { changes[Environment.Key(stringLiteral: name)] = .some(nil) }
  for (name, value) in command.environment { changes[Environment.Key(stringLiteral: name)] = value }
  var options = PlatformOptions()
  options.createSession = ownSession
  let configuration = Configuration(
    executable: .path(FilePath(path)), arguments: Arguments(command.arguments),
    environment: .inherit.updating(changes), workingDirectory: command.workingDirectory.map { FilePath($0) },
    platformOptions: options)
  do {
    return try await body(configuration, .array(command.input ?? []))
  } catch {
    throw CommandError(command: command, reason: "\(error)")
  }
}

private func exitStatus(_ status: TerminationStatus) -> Int32 {
  switch status {
  case .exited(let code): code
  case .signaled(let signal): 128 + signal
  }
}

private func program(onPath program: String) -> String? {
  if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
  let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
  // depmod and dpkg live in sbin, which a login shell of a plain user leaves out.
  let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]
  return folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
}
