// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

/// Options that every verb has.
public struct CommonOptions: ParsableArguments, Sendable {
  @Flag(name: .long, help: "Answer with one JSON document on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Also show what the programs that toa runs print.")
  var verbose = false

  @Flag(name: .customLong("no-color"), help: "No colours (as with NO_COLOR in the environment).")
  var noColor = false

  /// Creates the options with their defaults.
  public init() {}

  /// The console that these options ask for.
  public func console(_ terminal: Terminal) -> Console {
    Console(terminal, json: json, loudness: quiet ? .quiet : verbose ? .verbose : .normal, color: !noColor)
  }
}

/// Options of verbs that change the host.
public struct ChangeOptions: ParsableArguments, Sendable {
  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Print the plan and change nothing.")
  var dryRun = false

  @Flag(name: [.customShort("y"), .customLong("yes")], help: "Do not ask.")
  var yes = false

  /// Creates the options with their defaults.
  public init() {}
}

/// The option of verbs that read another file tree.
public struct RootOption: ParsableArguments, Sendable {
  @Option(name: .long, help: ArgumentHelp("Read the host that lies below this folder.", valueName: "dir"))
  var root = "/"

  /// Creates the option with its default.
  public init() {}
}

/// The option of verbs that work for one kernel.
public struct KernelOption: ParsableArguments, Sendable {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Kernel release to work for, as `uname -r` prints it (default: the running one).", valueName: "release"))
  var kernel: String?

  /// Creates the option with its default.
  public init() {}
}
