// SPDX-License-Identifier: Apache-2.0

/// What a case came to.
public enum SelfTestOutcome: String, Sendable, Codable {
  /// Everything was as it had to be.
  case passed
  /// It was not, or the case could not be run to the end.
  case failed
  /// It does not apply here and was not run.
  case skipped
  /// The backend cannot name the client here, as its documentation says, and did not.
  case limited
  /// The backend named the client where its documentation says that it cannot.
  case beyondLimit
}

/// One connection of the self-test: what was sent, what an application had to see and what it saw.
public struct SelfTestCase: Sendable, Equatable, Codable {
  /// Stable name: "v4-option-254".
  public let name: String
  /// What the case proves, one sentence.
  public let purpose: String
  /// Whether the client had to come back; in the other cases, the negative controls, it is the load balancer.
  public let isPositive: Bool
  /// "address:port" that accept(2) and getpeername(2) had to return; empty when the case was skipped.
  public let expected: String
  /// What accept(2) returned; empty when it did not come so far.
  public let accepted: String
  /// What getpeername(2) returned; empty when it did not come so far.
  public let peerName: String
  /// What the socket option of the case told; nil when it has none. Where it has one, `expected` is for this, and an
  /// AF_INET socket's accept(2) and getpeername(2) had to stay with the load balancer when the client is an IPv6 one.
  public let bySocketOption: String?
  /// Whether all are as expected, or, where there is a limit, the client came back all the same; false for a skipped case.
  public let passed: Bool
  /// Why it could not be run to the end, when it could not.
  public let failure: String?
  /// Why the case does not apply here; it then neither passed nor failed.
  public let skipped: String?
  /// Why the backend cannot name the client here, when it cannot: then the load balancer is expected.
  public let limit: String?
  /// What the case came to.
  public let outcome: SelfTestOutcome
  /// Wall time in microseconds.
  public let microseconds: Int

  /// Creates a case result.
  public init(
    name: String, purpose: String, isPositive: Bool = true, expected: String, accepted: String, peerName: String,
    bySocketOption: String? = nil, passed: Bool, failure: String? = nil, skipped: String? = nil, limit: String? = nil,
    microseconds: Int = 0
  ) {
    self.name = name
    self.purpose = purpose
    self.isPositive = isPositive
    self.expected = expected
    self.accepted = accepted
    self.peerName = peerName
    self.bySocketOption = bySocketOption
    self.passed = passed
    self.failure = failure
    self.skipped = skipped
    self.limit = limit
    outcome =
      skipped != nil
      ? .skipped
      : passed ? (limit == nil ? .passed : .beyondLimit) : limit != nil && failure == nil ? .limited : .failed
    self.microseconds = microseconds
  }

  /// Whether the case ran, or tried to, and did not give what it had to.
  public var failed: Bool { outcome == .failed }
}
