// SPDX-License-Identifier: Apache-2.0

/// What to test.
public struct SelfTestOptions: Sendable, Equatable {
  /// Names of the cases to run; empty runs all.
  public var only: [String]

  /// Creates options.
  public init(only: [String] = []) { self.only = only }
}

/// One connection of the self-test: what was sent, what an application had to see and what it saw.
public struct SelfTestCase: Sendable, Equatable, Codable {
  /// Stable name: "v4-option-254".
  public let name: String
  /// What the case proves, one sentence.
  public let purpose: String
  /// "address:port" that accept(2) and getpeername(2) had to return.
  public let expected: String
  /// What accept(2) returned.
  public let accepted: String
  /// What getpeername(2) returned.
  public let peerName: String
  /// Whether both are as expected.
  public let passed: Bool
  /// Why it could not be run to the end, when it could not.
  public let failure: String?

  /// Creates a case result.
  public init(
    name: String, purpose: String, expected: String, accepted: String, peerName: String, passed: Bool,
    failure: String? = nil
  ) {
    self.name = name
    self.purpose = purpose
    self.expected = expected
    self.accepted = accepted
    self.peerName = peerName
    self.passed = passed
    self.failure = failure
  }
}

/// The self-test's outcome.
public struct SelfTestReport: Sendable, Equatable, Codable {
  /// All cases in the order they ran.
  public let cases: [SelfTestCase]
  /// Wall time in milliseconds.
  public let milliseconds: Int

  /// Creates a report.
  public init(cases: [SelfTestCase], milliseconds: Int) {
    self.cases = cases
    self.milliseconds = milliseconds
  }

  /// Whether every case passed; false when there was none.
  public var passed: Bool { !cases.isEmpty && cases.allSatisfy(\.passed) }
}

/// The self-test could not be set up: which step, and the errno.
public struct SelfTestError: Error, Sendable, Equatable {
  /// The step as a verb phrase: "make a network namespace".
  public let step: String
  /// Positive errno.
  public let errno: Int32

  /// Creates the error.
  public init(step: String, errno: Int32) {
    self.step = step
    self.errno = errno
  }
}
