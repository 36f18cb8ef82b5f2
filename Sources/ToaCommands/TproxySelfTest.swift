// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

extension IPFamily: ExpressibleByArgument {}

/// `toa tproxy selftest`: prove that the server sees the client and its answers come back.
public struct TproxySelfTest: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Prove that servers see the client and their answers come back.",
    discussion: """
      A client, a proxy and a server in three network namespaces, with the rules and routes that this host has, or would get \
      where nothing is enabled. Nothing on the host changes.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Option(name: .long, help: ArgumentHelp("Only this protocol: ipv4 or ipv6.", valueName: "protocol"))
  var only: IPFamily?

  @Option(name: .long, help: ArgumentHelp("Also write the results as JUnit XML.", valueName: "file"))
  var junit: String?

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let document = try await TransparentSelfTest(system, console).run(
      TransparentSelfTestRequest(families: only.map { [$0] } ?? [], junit: junit))
    console.answer(document)
    return document.passed ? .success : .selfTestFailed
  }
}
