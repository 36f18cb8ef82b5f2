// SPDX-License-Identifier: Apache-2.0

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
  /// Whether all are as expected; false for a skipped case.
  public let passed: Bool
  /// Why it could not be run to the end, when it could not.
  public let failure: String?
  /// Why the case does not apply here; it then neither passed nor failed.
  public let skipped: String?
  /// Wall time in microseconds.
  public let microseconds: Int

  /// Creates a case result.
  public init(
    name: String, purpose: String, isPositive: Bool = true, expected: String, accepted: String, peerName: String,
    bySocketOption: String? = nil, passed: Bool, failure: String? = nil, skipped: String? = nil, microseconds: Int = 0
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
    self.microseconds = microseconds
  }

  /// Whether the case ran, or tried to, and did not pass.
  public var failed: Bool { !passed && skipped == nil }
}
