// SPDX-License-Identifier: Apache-2.0

extension Check {
  /// Every check, in the order in which they are shown.
  public static let all: [Check] = []
}
