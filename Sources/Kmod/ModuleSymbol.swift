// SPDX-License-Identifier: Apache-2.0

/// A symbol that a module needs from the kernel or from other modules.
public struct ModuleSymbol: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// Checksum over its type; 0 where the module carries none.
  public let checksum: UInt64
  /// Whether the module does without it.
  public let isWeak: Bool

  /// Creates a symbol.
  public init(name: String, checksum: UInt64 = 0, isWeak: Bool = false) {
    self.name = name
    self.checksum = checksum
    self.isWeak = isWeak
  }
}
