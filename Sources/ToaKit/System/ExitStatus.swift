// SPDX-License-Identifier: Apache-2.0

/// What the exit status of every command means; the table of docs/design.md.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  /// Done, or already as wanted.
  case success = 0
  /// Something that toa did not foresee.
  case unexpected = 1
  /// Doctor found an error, or the checks before a change refused.
  case refused = 2
  /// The module did not compile.
  case buildFailed = 10
  /// The compiler found is not the kernel's.
  case toolchainMismatch = 11
  /// Signature policy or lockdown refuses the module.
  case signatureRefused = 12
  /// Another TOA is loaded or shadows this one.
  case conflict = 13
  /// The kernel refused the module.
  case loadFailed = 14
  /// Loaded, but a crafted connection did not read back.
  case selfTestFailed = 15
  /// Unloading is not safe now.
  case unloadUnsafe = 16
  /// Kernel headers are missing or for another kernel.
  case headersMissing = 21
  /// The command line is wrong.
  case usage = 64
  /// Another toa or package manager holds its lock.
  case locked = 75
  /// Cannot be done on this host.
  case notApplicable = 77
  /// Done, and a reboot is needed.
  case rebootNeeded = 80
}
