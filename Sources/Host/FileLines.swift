// SPDX-License-Identifier: Apache-2.0
internal import Glibc

extension FileRoot {
  /// Calls `body` with each line of a file, its end not included, and holds no more of the file than it must: for the kernel's
  /// tables, which can be longer than any limit that would suit other files.
  public func forEachLine(_ path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(FileError) {
    let descriptor = try open(path, O_RDONLY | O_CLOEXEC, operation: "read")
    defer { close(descriptor) }
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(operation: "read", path: path, errno: errno) }
      if count == 0 { break }
      var rest = buffer[..<count]
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        if pending.isEmpty {
          body(rest[..<end])
        } else {
          body((pending + rest[..<end])[...])
          pending = []
        }
        rest = rest[(end + 1)...]
      }
      pending += rest
    }
    if !pending.isEmpty { body(pending[...]) }
  }
}
