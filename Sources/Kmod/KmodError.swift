// SPDX-License-Identifier: Apache-2.0

/// A failed libkmod call: what was tried, on which module or file, and the errno (positive), or the KMOD_PROBE_* stop reason.
public struct KmodError: Error, Sendable, Equatable {
  /// The operation as a verb: "load", "unload", "open".
  public let operation: String
  /// Module name or path.
  public let subject: String
  /// Positive errno; 0 when libkmod stopped for a reason of its own (a blacklist).
  public let errno: Int32
  /// Why, when it is no errno: "blacklisted in modprobe.d".
  public let reason: String?
  /// What libkmod logged meanwhile.
  public let log: [String]

  /// Creates the error.
  public init(operation: String, subject: String, errno: Int32, reason: String? = nil, log: [String] = []) {
    self.operation = operation
    self.subject = subject
    self.errno = errno
    self.reason = reason
    self.log = log
  }
}
