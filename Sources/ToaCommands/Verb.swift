// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// A verb of the command line: it parses, calls one service and says how it ended.
public protocol Verb: AsyncParsableCommand, Sendable {
  /// Options that every verb has.
  var common: CommonOptions { get }
  /// The file tree to work on; "/" unless the verb has `--root`.
  var rootFolder: String { get }
  /// Does the work.
  func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus
  /// Does the work and returns the exit status as a number, which a verb that runs the user's program has from that.
  func exitCode(_ system: System, _ console: Console) async throws(ToaError) -> Int32
}

extension Verb {
  /// The host itself.
  public var rootFolder: String { "/" }

  /// That of toa itself.
  public func exitCode(_ system: System, _ console: Console) async throws(ToaError) -> Int32 {
    try await run(system, console).rawValue
  }
}
