// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa load`: put the installed module into the kernel.
public struct Load: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Load the installed module.",
    discussion:
      "Loads toa.ko by name through libkmod, with the options of modprobe.d. A loaded module is left as it is.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Source prefixes from which an option is believed, or `any`, for this load only.", valueName: "prefixes"))
  var trust: String?

  @Option(name: .long, help: ArgumentHelp("How to hook the kernel: auto, ftrace or kretprobe.", valueName: "how"))
  var hook: String?

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let request = LoadRequest(trust: trust, hook: hook, dryRun: change.dryRun)
    console.answer(try ModuleLoad(system, console).load(request))
    return .success
  }
}
