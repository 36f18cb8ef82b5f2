// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// `toa stats`: the counters.
public struct Stats: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(abstract: "Show the counters of the loaded TOA.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  @Flag(name: .customLong("per-cpu"), help: "One column for each CPU.")
  var perCPU = false

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(try StatsReport(system, console).show(perCPU: perCPU))
    return .success
  }
}
