// SPDX-License-Identifier: Apache-2.0
public import SelfTest

/// Stages on which transparent proxying can be tried.
public struct TransparentControl: Sendable {
  /// Makes one, which goes with the last copy of the value.
  public var stage: @Sendable (TransparentStageOptions) async throws(SelfTestError) -> TransparentStage

  /// Creates the value.
  public init(stage: @escaping @Sendable (TransparentStageOptions) async throws(SelfTestError) -> TransparentStage) {
    self.stage = stage
  }

  /// No network: what is not made for another machine.
  static let absent = TransparentControl(stage: { _ async throws(SelfTestError) in
    throw SelfTestError(step: "make a network namespace", errno: 38)
  })

  /// This machine's.
  static let live = TransparentControl(stage: { options async throws(SelfTestError) in
    try await makeTransparentStage(options)
  })
}
