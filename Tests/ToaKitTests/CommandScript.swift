// SPDX-License-Identifier: Apache-2.0
import Host

/// The programs of a fixture host, from Tests/Fixtures/commands: "> NAME PATH" for a program, "$ COMMAND" and what it prints.
struct CommandScript: Sendable {
  /// What commands print, by the command as typed.
  private(set) var outputs: [String: String] = [:]
  /// Where programs are, by name.
  private(set) var programs: [String: String] = [:]

  /// Reads the script of a host.
  init(of name: String, in fixtures: FileRoot) throws {
    var command: String?
    for line in try fixtures.text("/commands/\(name).txt").split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("$ ") {
        command = String(line.dropFirst(2))
      } else if line.hasPrefix("> "), words.count == 3 {
        programs[String(words[1])] = String(words[2])
      } else if let command {
        outputs[command, default: ""] += line + "\n"
      }
    }
  }
}
