// SPDX-License-Identifier: Apache-2.0

/// A failed step with eBPF: what was tried, on what, and why the kernel or libbpf refused.
public struct BpfError: Error, Sendable, Equatable {
  /// The step as a verb: "load", "attach", "pin", "read".
  public let operation: String
  /// Program, map or path.
  public let subject: String
  /// Positive errno.
  public let errno: Int32
  /// What libbpf and the verifier said, the last lines of it.
  public let log: [String]

  /// Creates the error.
  public init(operation: String, subject: String, errno: Int32, log: [String] = []) {
    self.operation = operation
    self.subject = subject
    self.errno = errno
    self.log = log
  }
}
