// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa debug`: have the module write a line about each connection into the kernel's log, or not.
public struct Debug: Verb {
  /// What to do.
  enum Action: String, ExpressibleByArgument, CaseIterable {
    case on, off, status
  }

  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Switch toa.ko's log lines about each connection on or off.",
    discussion: """
      With them the kernel's log says of each connection that carries an option who sent it, which client it names and what \
      became of it. The kernel's dynamic debug does it; nothing is loaded anew, and the next boot begins without.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Argument(help: "on, off, or status: how many call sites are on.")
  var action: Action

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Print the command and change nothing.")
  var dryRun = false

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let debug = DebugSwitch(system, console)
    switch action {
    case .status: console.answer(try await debug.show())
    case .on, .off: console.answer(try await debug.set(action == .on, dryRun: dryRun))
    }
    return .success
  }
}
