// SPDX-License-Identifier: Apache-2.0
/// What `toa selftest` is asked for.
public struct SelfTestRequest: Sendable {
  /// Names of the cases to run; empty runs all.
  public var only: [String]
  /// A profile to test instead of the one in force.
  public var profile: String?
  /// Whether each option is tried with each handshake on each kind of socket.
  public var isWhole: Bool
  /// A file for the results in JUnit's form.
  public var junit: String?

  /// Creates a request.
  public init(only: [String] = [], profile: String? = nil, isWhole: Bool = false, junit: String? = nil) {
    self.only = only
    self.profile = profile
    self.isWhole = isWhole
    self.junit = junit
  }
}
