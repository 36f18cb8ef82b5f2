// SPDX-License-Identifier: Apache-2.0

/// A failed file operation: what was tried, on which path, and the errno.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The operation as a verb: "read", "write", "list".
  public let operation: String
  /// The path below the file root, as the caller named it.
  public let path: String
  /// The errno that the operation ended with.
  public let errno: Int32

  /// Creates the error.
  public init(operation: String, path: String, errno: Int32) {
    self.operation = operation
    self.path = path
    self.errno = errno
  }

  /// One line: "cannot read /etc/os-release: No such file or directory".
  public var description: String { "cannot \(operation) \(path): \(errorText(errno))" }
}
