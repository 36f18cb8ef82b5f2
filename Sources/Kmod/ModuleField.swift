// SPDX-License-Identifier: Apache-2.0

/// One modinfo field.
public struct ModuleField: Sendable, Equatable {
  /// Key: "vermagic".
  public let key: String
  /// Value.
  public let value: String

  /// Creates a field.
  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}
