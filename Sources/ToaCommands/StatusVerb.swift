// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa status`: what is installed, loaded and used.
public struct StatusVerb: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what is installed, loaded and used.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var root: RootOption

  /// Creates the verb.
  public init() {}

  /// The file tree to look at.
  public var rootFolder: String { root.root }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(await StatusReport(system, console).show())
    return .success
  }
}
