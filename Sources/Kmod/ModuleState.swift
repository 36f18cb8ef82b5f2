// SPDX-License-Identifier: Apache-2.0

/// Where a module stands in the running kernel.
public enum ModuleState: String, Sendable, Codable {
  /// Not in the kernel.
  case absent
  /// Part of the kernel image.
  case builtin
  /// Loaded and initialised.
  case live
  /// Initialising.
  case coming
  /// Unloading.
  case going
}
