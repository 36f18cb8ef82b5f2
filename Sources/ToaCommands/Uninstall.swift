// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa uninstall`: the installed plan read backwards.
public struct Uninstall: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Unload and remove everything that `toa install` put here.",
    discussion: "Headers and compiler go too when `toa install` brought them and nothing else uses them.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(try await Uninstaller(system, console).uninstall(dryRun: change.dryRun, yes: change.yes))
    return .success
  }
}
