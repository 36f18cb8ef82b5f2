// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa unload`: take the loaded backend out of the kernel.
public struct Unload: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Unload module or eBPF; what is installed comes back at the next boot.",
    discussion: "Open connections live on; applications that ask again get the load balancer's address.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(try await Loader(system, console).unload(dryRun: change.dryRun))
    return .success
  }
}
