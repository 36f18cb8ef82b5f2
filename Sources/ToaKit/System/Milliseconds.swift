// SPDX-License-Identifier: Apache-2.0

extension Duration {
  /// Whole milliseconds, the rest dropped.
  var wholeMilliseconds: Int { Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000) }
}
