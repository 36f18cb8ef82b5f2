// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// `toa install --dry-run --root` on each tree of Tests/Fixtures/hosts, whole: plan or refusal, and the exit status.
struct PlanTests {
  private static let names = FileRoot(FixtureFolder.path).list("/hosts")

  @Test(arguments: names) func `the plan for each distribution is as written down`(name: String) async throws {
    try await expect(name, "", name)
  }

  @Test(arguments: ["tencentos-2", "tencentos-4"])
  func `a kernel's own toa is used or replaced as was decided`(name: String) async throws {
    try await expect(name, " --use-intree", "\(name)-use-intree")
    try await expect(name, " --no-use-intree", "\(name)-no-use-intree")
  }

  private func expect(_ name: String, _ options: String, _ file: String) async throws {
    let transcript = Transcript()
    let root = FileRoot(FixtureFolder.path.appending("hosts").appending(name))
    let screen = await Screen.of(
      "install --dry-run --root \(root.location)\(options)", try Self.system(name, root).with(transcript), transcript)
    let text = screen.err + screen.out + "exit status \(screen.status)\n"
    #expect(text == (try? FileRoot(FixtureFolder.path).text("/plans/\(file).txt")))
  }

  /// A tree with the programs and answers of its script; package managers cannot be asked.
  private static func system(_ name: String, _ root: FileRoot) throws -> System {
    var system = System.untouched().with(bpf: .able())
      .with(Identity(kernelRelease: "unused", machine: "x86_64", userID: 0)).reading(tree: root)
    let script = try CommandScript(of: name, in: FileRoot(FixtureFolder.path))
    let inRoot = "--root \(root.location.string) "
    let inTree = system.run.find
    let (answers, found) = (script.outputs, script.programs)
    @Sendable func answer(_ command: Command) throws(CommandError) -> CommandResult {
      var typed = command.typedWithVariables
      if let range = typed.firstRange(of: inRoot) { typed.removeSubrange(range) }
      if let output = answers[typed] ?? answers[command.typed] { return CommandResult(status: 0, output: output) }
      switch command.program {
      case "sha256sum": return CommandResult(status: 0, output: String(repeating: "a", count: 64) + "  -\n")
      case "rpm", "dpkg-query", "zcat": return CommandResult(status: 1)
      case _ where command.program.hasPrefix("/"): return CommandResult(status: 127)
      default: throw CommandError(command: command, reason: "not asked of another tree")
      }
    }
    system.run = CommandRunner(
      run: { command async throws(CommandError) in try answer(command) },
      stream: { command, _ async throws(CommandError) in try answer(command) },
      find: { name in
        found[name]
          ?? (found.values.contains(name) || answers["LC_ALL=C \(name) --version"] != nil ? name : inTree(name))
      })
    return system
  }
}
