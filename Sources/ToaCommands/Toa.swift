// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
import ToaKit

/// The command line.
public struct Toa: AsyncParsableCommand {
  /// Name, summary and verbs.
  public static let configuration = CommandConfiguration(
    commandName: "toa",
    abstract: "Show servers behind a layer-4 load balancer the real client address.",
    version: toaVersion)

  /// Creates the command.
  public init() {}
}
