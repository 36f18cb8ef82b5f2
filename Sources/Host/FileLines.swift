// SPDX-License-Identifier: Apache-2.0
extension FileRoot {
  /// Calls `body` with each line of a file, its end not included, and holds no more of the file than it must: for the kernel's
  /// tables, which can be longer than any limit that would suit other files.
  public func forEachLine(_ path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(FileError) {
    var pending: [UInt8] = []
    try forEachPiece(of: path, size: 1 << 16) { piece in
      var rest = piece[...]
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
      return true
    }
    if !pending.isEmpty { body(pending[...]) }
  }
}
