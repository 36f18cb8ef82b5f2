// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
public import ToaKit

/// Parses the arguments (without the program's name), runs the verb on the system that `makeSystem` gives for a root folder,
/// and returns the exit status.
public func runToa(
  _ arguments: [String], makeSystem: @Sendable (_ root: String) -> System = { System.live(root: $0) }
) async -> Int32 {
  let parsed: any ParsableCommand
  do {
    parsed = try Toa.parseAsRoot(arguments)
  } catch {
    return explain(error, arguments, makeSystem("/").terminal)
  }
  guard let verb = parsed as? any Verb else {
    var command = parsed
    do {
      try command.run()
      return ExitStatus.success.rawValue
    } catch {
      return explain(error, arguments, makeSystem("/").terminal)
    }
  }
  let system = makeSystem(verb.rootFolder)
  let console = verb.common.console(system.terminal)
  return await cancelledBySignals { await status(of: verb, system, console) }
}

private func status(of verb: any Verb, _ system: System, _ console: Console) async -> Int32 {
  do throws(ToaError) {
    return try await verb.exitCode(system, console)
  } catch {
    console.report(error)
    return error.status.rawValue
  }
}

/// Prints a help screen, a version or a usage error.
private func explain(_ error: any Error, _ arguments: [String], _ terminal: Terminal) -> Int32 {
  let code = Toa.exitCode(for: error).rawValue
  let text = Toa.fullMessage(for: error)
  if code == ExitStatus.success.rawValue {
    if !text.isEmpty { terminal.out(text + "\n") }
  } else if arguments.contains("--json") {
    Console(terminal, json: true).report(
      ToaError(.usage, "the command line is wrong", why: Toa.message(for: error), next: ["toa --help"]))
  } else {
    terminal.err(text + "\n")
  }
  return code
}
