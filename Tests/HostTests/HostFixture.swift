// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

/// A small root tree of Tests/Fixtures/hosts with the scripted answers of the programs on it.
struct HostFixture: Sendable, CustomTestStringConvertible {
  let name: String
  let root: FileRoot
  private let outputs: [String: String]
  private let programs: [String: String]

  var testDescription: String { name }

  static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent().appending("Fixtures")
  static let names = FileRoot(folder).list("/hosts")

  init(_ name: String) {
    self.name = name
    root = FileRoot(Self.folder.appending("hosts").appending(name))
    let script = (try? FileRoot(Self.folder).text("/commands/\(name).txt")) ?? ""
    var outputs: [String: String] = [:]
    var programs: [String: String] = [:]
    var command: String?
    for line in script.split(separator: "\n") {
      if line.hasPrefix("$ ") {
        command = String(line.dropFirst(2))
      } else if let command {
        outputs[command, default: ""] += line + "\n"
      } else {
        let words = line.split(separator: " ")
        programs[String(words[1])] = String(words[2])
      }
    }
    self.outputs = outputs
    self.programs = programs
  }

  /// Answers from the script; everything else is not found.
  var runner: CommandRunner {
    let (outputs, programs) = (outputs, programs)
    let inRoot = "--root \(root.location.string) "
    @Sendable func answer(_ command: Command) -> CommandResult {
      var typed = command.typedWithVariables
      if let range = typed.firstRange(of: inRoot) { typed.removeSubrange(range) }
      return outputs[typed].map { CommandResult(status: 0, output: $0) } ?? CommandResult(status: 127)
    }
    return CommandRunner(
      run: { command async throws(CommandError) in answer(command) },
      stream: { command, _ async throws(CommandError) in answer(command) },
      find: { name in name.hasPrefix("/") ? (outputs["LC_ALL=C \(name) --version"] == nil ? nil : name) : programs[name]
      })
  }

  func facts() async throws -> HostFacts {
    try #require(await HostFacts.read(from: root, using: runner))
  }
}
