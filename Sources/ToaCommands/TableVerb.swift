// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa table`: the connections that have a client address now.
public struct TableVerb: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Show the open connections and the clients behind them.",
    discussion: """
      In the initial network namespace those of all namespaces are shown, in another one, such as a container's, only its own.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Option(name: .long, help: ArgumentHelp("Show no more connections than this.", valueName: "number"))
  var limit: Int?

  /// Creates the verb.
  public init() {}

  /// Refuses a number that makes no sense.
  public func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit takes the number of connections to show, 0 or more") }
  }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(try TableReport(system, console).show(limit: limit))
    return .success
  }
}
