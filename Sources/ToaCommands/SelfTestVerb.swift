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

      With --listen on one host and --against on another, crafted connections go over the real network between them, so that \
      firewalls and load balancers on the way are tested.
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

  @Option(
    name: .long,
    help: ArgumentHelp("Test the network to a host that runs --listen.", valueName: "host:port"))
  var against: String?

  @Option(name: .long, help: "What --listen has printed on that host.")
  var token: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Take the connections of --against on another host.", valueName: "[address:]port"))
  var listen: String?

  @Option(name: .long, help: ArgumentHelp("How long --listen listens.", valueName: "number"))
  var seconds = 300

  /// Creates the verb.
  public init() {}

  /// Refuses what makes no sense together.
  public func validate() throws {
    if listen != nil, against != nil || token != nil || profile != nil || junit != nil {
      throw ValidationError("--listen takes no --against, --token, --profile or --junit")
    }
    if listen != nil || against != nil, all || !only.isEmpty {
      throw ValidationError("--all and --only choose cases of this host, and are not for --listen and --against")
    }
    if token != nil, against == nil { throw ValidationError("--token is for --against") }
    if !(1...86_400).contains(seconds) { throw ValidationError("--seconds takes 1 to 86400") }
  }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    if let listen {
      console.answer(try await PathReporter(system, console).listen(listen, seconds: seconds))
      return .success
    }
    if let against {
      let document = try await PathReporter(system, console).probe(
        against, token: token, profile: profile, junit: junit)
      console.answer(document)
      return document.passed ? .success : .selfTestFailed
    }
    let document = try await SelfTestReporter(system, console).run(
      SelfTestRequest(only: only, profile: profile, isWhole: all, junit: junit))
    console.answer(document)
    return document.passed ? .success : .selfTestFailed
  }
}
