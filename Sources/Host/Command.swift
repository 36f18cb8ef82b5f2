// SPDX-License-Identifier: Apache-2.0

/// A program to run, as a value: never a shell string.
public struct Command: Sendable, Equatable {
  /// Program name looked up on PATH, or an absolute path.
  public var program: String
  /// Arguments without the program's own name.
  public var arguments: [String]
  /// Variables set beside the inherited environment.
  public var environment: [String: String]
  /// Variables taken out of the inherited environment.
  public var unsetEnvironment: [String]
  /// Folder to run in; nil inherits.
  public var workingDirectory: String?
  /// Bytes for standard input; nil is /dev/null.
  public var input: [UInt8]?

  /// Creates a command.
  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
    unsetEnvironment: [String] = [], workingDirectory: String? = nil, input: [UInt8]? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.unsetEnvironment = unsetEnvironment
    self.workingDirectory = workingDirectory
    self.input = input
  }

  /// The command as a person would type it in a POSIX shell, quoted where needed. Variables are left out: toa sets them only
  /// so that programs answer in English and ask nothing.
  public var typed: String { typed(variables: []) }

  /// The command with the variables that it is run with.
  public var typedWithVariables: String {
    typed(variables: environment.keys.sorted().map { "\($0)=\(shellQuoted(environment[$0] ?? ""))" })
  }

  private func typed(variables: [String]) -> String {
    let words = (variables + ([program] + arguments).map(shellQuoted)).joined(separator: " ")
    guard let workingDirectory else { return words }
    return "cd \(shellQuoted(workingDirectory)) && " + words
  }
}

/// `word` quoted so that a POSIX shell reads it back as one word.
public func shellQuoted(_ word: String) -> String {
  let plain =
    !word.isEmpty
    && word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-./=:,+@%".utf8.contains(byte)
      }
    }
  guard !plain else { return word }
  var quoted = "'"
  for character in word {
    if character == "'" { quoted += "'\\''" } else { quoted.append(character) }
  }
  return quoted + "'"
}

/// What a program left behind.
public struct CommandResult: Sendable, Equatable {
  /// Exit status, or 128 + signal number when a signal ended it.
  public var status: Int32
  /// Standard output as text.
  public var output: String
  /// Standard error as text; empty when it was merged into the output.
  public var errorOutput: String

  /// Creates a result.
  public init(status: Int32, output: String = "", errorOutput: String = "") {
    self.status = status
    self.output = output
    self.errorOutput = errorOutput
  }
}

/// A program that could not be started.
public struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The command that did not start.
  public let command: Command
  /// Why, as one clause.
  public let reason: String

  /// Creates the error.
  public init(command: Command, reason: String) {
    self.command = command
    self.reason = reason
  }

  /// One line: "cannot run gcc-12: not found on PATH".
  public var description: String { "cannot run \(command.program): \(reason)" }
}

/// Runs programs; a value, so that a test can answer instead.
public struct CommandRunner: Sendable {
  /// Runs to the end with both outputs captured; throws only when the program cannot be started.
  public var run: @Sendable (Command) async throws(CommandError) -> CommandResult
  /// Runs to the end and hands on each line of standard output and error (merged) as it comes.
  public var stream: @Sendable (Command, @Sendable (String) -> Void) async throws(CommandError) -> CommandResult
  /// Absolute path of a program on PATH (or of an absolute path that is executable); nil when there is none.
  public var find: @Sendable (String) -> String?
  /// Runs to the end on this process's own terminal, for programs that ask a person something; returns the exit status.
  public var attend: @Sendable (Command) async throws(CommandError) -> Int32

  /// Creates a runner from its parts; without a terminal nothing can be attended.
  public init(
    run: @escaping @Sendable (Command) async throws(CommandError) -> CommandResult,
    stream: @escaping @Sendable (Command, @Sendable (String) -> Void) async throws(CommandError) -> CommandResult,
    find: @escaping @Sendable (String) -> String?,
    attend: @escaping @Sendable (Command) async throws(CommandError) -> Int32 = { command throws(CommandError) in
      throw CommandError(command: command, reason: "it wants a terminal, and there is none")
    }
  ) {
    self.run = run
    self.stream = stream
    self.find = find
    self.attend = attend
  }
}
