// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import SystemPackage

/// A folder for one test, removed with it.
final class TemporaryFolder: Sendable {
  let root: FileRoot

  init() throws {
    var template = Array("/tmp/toa-host-tests-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FileError(operation: "make", path: "/tmp", errno: errno) }
    root = FileRoot(FilePath(String(cString: made)))
  }

  /// Makes files with texts, and the folders above them.
  convenience init(_ files: [String: String]) throws {
    try self.init()
    for (path, text) in files { try write(path, text) }
  }

  func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    try root.makeDirectory("/" + parent)
    try root.write(path, bytes)
  }

  func link(_ path: String, to target: String) throws {
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    try root.makeDirectory("/" + parent)
    guard symlink(target, root.location.string + path) == 0 else {
      throw FileError(operation: "link", path: path, errno: errno)
    }
  }

  deinit {
    for name in root.list("/") { try? root.remove("/" + name) }
    rmdir(root.location.string)
  }
}
