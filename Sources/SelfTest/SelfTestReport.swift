// SPDX-License-Identifier: Apache-2.0

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

  /// Whether no case failed and something was proven: at least one case passed, and where clients were to be delivered, at
  /// least one was. Skipped cases prove nothing and fail nothing.
  public var passed: Bool {
    let positive = cases.filter(\.isPositive)
    return !cases.contains(where: \.failed) && (positive.isEmpty ? cases : positive).contains(where: \.passed)
  }
}
