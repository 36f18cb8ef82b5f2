// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The programs that read and change rules and routes: nft, iptables, ip.
struct NetworkTools: Sendable {
  let run: CommandRunner

  /// Words of answers have to be those that are looked for.
  static func command(_ program: String, _ arguments: [String], input: String? = nil) -> Command {
    Command(program, arguments, environment: ["LC_ALL": "C.UTF-8"], input: input.map { Array($0.utf8) })
  }

  /// What a program answers, whatever its exit status.
  func answer(_ program: String, _ arguments: [String], input: String? = nil) async throws(ToaError) -> CommandResult {
    do throws(CommandError) {
      return try await run.run(Self.command(program, arguments, input: input))
    } catch {
      throw ToaError(
        .notApplicable, "cannot run \(program)", why: error.reason, next: ["install \(Self.package(of: program))"])
    }
  }

  /// What a program prints; an error when it fails.
  func output(_ program: String, _ arguments: [String]) async throws(ToaError) -> String {
    let result = try await answer(program, arguments)
    guard result.status == 0 else { throw Self.error(Self.command(program, arguments).typed, result) }
    return result.output
  }

  /// Has a program change something.
  func change(_ program: String, _ arguments: [String]) async throws(ToaError) {
    _ = try await output(program, arguments)
  }

  static func error(_ typed: String, _ result: CommandResult) -> ToaError {
    let said = (result.errorOutput + "\n" + result.output).split(separator: "\n").prefix(3).joined(separator: "\n")
    let isDenied = said.contains("not permitted") || said.contains("ermission denied")
    return ToaError(
      .unexpected, "\(typed) failed", why: said.isEmpty ? "it ended with exit status \(result.status)" : said,
      next: isDenied ? ["run it as root: sudo toa …"] : ["toa tproxy status", "toa doctor --only NET14"])
  }

  /// The package of the distributions that has the program.
  static func package(of program: String) -> String {
    switch program {
    case "nft": "nftables"
    case "ip": "iproute2 (or iproute)"
    default: "iptables"
    }
  }
}
