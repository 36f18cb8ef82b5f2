// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa selftest`: prove with real connections what applications see.
public struct SelfTestVerb: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Prove with real connections that applications see the client.",
    discussion: """
      A synthetic load balancer on a TUN device in a private network namespace speaks TCP to a real listening socket. \
      Nothing on the host changes.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Run only these cases.", valueName: "case"))
  var only: [String] = []

  @Option(name: .long, help: "Test what this profile asks for (default: the profile in force).")
  var profile: String?

  @Flag(name: .long, help: "Try each option with each handshake on each kind of socket.")
  var all = false

  @Option(name: .long, help: ArgumentHelp("Also write the results as JUnit XML.", valueName: "file"))
  var junit: String?

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let document = try await SelfTestReporter(system, console).run(
      SelfTestRequest(only: only, profile: profile, isWhole: all, junit: junit))
    console.answer(document)
    return document.passed ? .success : .selfTestFailed
  }
}
