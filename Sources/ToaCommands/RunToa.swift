// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import ToaKit

/// Parses the arguments (without the program's name), runs the verb and returns the exit status.
public func runToa(_ arguments: [String]) async -> Int32 {
  do {
    var command = try Toa.parseAsRoot(arguments)
    if var asynchronous = command as? any AsyncParsableCommand {
      try await asynchronous.run()
    } else {
      try command.run()
    }
    return ExitStatus.success.rawValue
  } catch {
    let text = Toa.fullMessage(for: error)
    let code = Toa.exitCode(for: error).rawValue
    if !text.isEmpty { write(code == 0 ? STDOUT_FILENO : STDERR_FILENO, text + "\n", text.utf8.count + 1) }
    return code
  }
}
