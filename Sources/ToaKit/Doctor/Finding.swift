// SPDX-License-Identifier: Apache-2.0
public import Capture

/// One result of a check.
public struct Finding: Sendable, Equatable, Encodable {
  /// How bad it is; a missing privilege is `skipped`, never `ok`.
  public enum Status: String, Sendable, Codable {
    /// As it should be.
    case ok
    /// Worth knowing.
    case info
    /// May bite later.
    case warning
    /// Keeps toa from working.
    case error
    /// Could not be looked at, and why.
    case skipped
    /// The check itself failed.
    case crashed
  }

  /// Id of the check.
  public let id: String
  /// Group of the check: "HDR".
  public let group: Check.Group
  /// What was looked at.
  public let title: String
  /// Who has to act, where it is bad.
  public let owner: Owner
  /// How bad it is.
  public let status: Status
  /// What was seen.
  public let observed: String
  /// What would be right.
  public let expected: String?
  /// Files or commands with what they said.
  public let evidence: [String]
  /// Commands to type.
  public let fix: [String]
  /// Whether `toa doctor --fix` mends it.
  public let auto: Bool
  /// Time the check took, in milliseconds.
  public let milliseconds: Int
  /// The steps by which it is mended.
  let repairs: [Step]

  private enum CodingKeys: CodingKey {
    case id, group, title, owner, status, observed, expected, evidence, fix, auto, milliseconds
  }
}

extension Finding {
  /// Whether something is to be done about it.
  var isBad: Bool { [.warning, .error, .crashed].contains(status) }
}

extension [Finding] {
  /// What to mend first: the first error, else a check that failed, else the first warning. Checks are in the order in which one thing
  /// rests on another, and what rests on something missing is skipped.
  var cause: Finding? {
    [Finding.Status.error, .crashed, .warning].lazy.compactMap { status in first { $0.status == status } }.first
  }
}
