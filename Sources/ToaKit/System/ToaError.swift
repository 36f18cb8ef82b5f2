// SPDX-License-Identifier: Apache-2.0

/// An error as a person needs it: what failed, on what, why, and what to type next.
public struct ToaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Exit status of the command.
  public var status: ExitStatus
  /// What failed and on what: "cannot build toa.ko for 6.1.0-40-amd64".
  public var what: String
  /// Why, one or more sentences.
  public var why: String
  /// Commands or steps to take next, most useful first.
  public var next: [String]

  /// Creates the error.
  public init(_ status: ExitStatus, _ what: String, why: String = "", next: [String] = []) {
    self.status = status
    self.what = what
    self.why = why
    self.next = next
  }

  /// What and why on one line.
  public var description: String { why.isEmpty ? what : "\(what): \(why)" }
}
