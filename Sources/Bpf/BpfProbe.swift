// SPDX-License-Identifier: Apache-2.0

/// Whether the running kernel takes one of our programs.
public struct BpfProbe: Sendable, Equatable, Codable {
  /// Which program: a hook, or "table".
  public let program: String
  /// Positive errno of the refusal; nil when it was taken.
  public let errno: Int32?
  /// The last lines of what libbpf and the verifier said.
  public let log: [String]

  /// Creates the value.
  public init(program: String, errno: Int32?, log: [String] = []) {
    self.program = program
    self.errno = errno
    self.log = log
  }
}
