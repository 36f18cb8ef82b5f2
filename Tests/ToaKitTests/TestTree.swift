// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import SystemPackage
import Testing

/// A folder of its own as a file root, gone with the value: in memory where there is room, as every write waits for the disk.
final class TestTree: Sendable {
  let root: FileRoot
  private let place: String

  /// Makes the files; a path that ends in "/" is a folder, a text that begins with "-> " a symbolic link.
  init(_ files: [String: String] = [:]) throws {
    var memory = statvfs()
    let hasRoom = statvfs("/dev/shm", &memory) == 0 && UInt64(memory.f_bavail) * UInt64(memory.f_frsize) > 512 << 20
    var template = Array("\(hasRoom ? "/dev/shm" : "/tmp")/toa-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    place = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    root = FileRoot(FilePath(place))
    for (path, text) in files { try write(path, text) }
  }

  deinit { try? FileRoot().remove(place) }

  /// Writes one file, folder or link, with the folders above it.
  func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

  /// The same of any bytes.
  func write(_ path: String, _ bytes: [UInt8]) throws {
    if path.hasSuffix("/") { return try root.makeDirectory(path) }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    try root.makeDirectory("/" + folder)
    if bytes.starts(with: "-> ".utf8) {
      let made = symlink(String(decoding: bytes.dropFirst(3), as: UTF8.self), place + path)
      try #require(made == 0)
    } else {
      // Not FileRoot.write, which waits for the disk.
      let file = try #require(fopen(place + path, "w"))
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }
  }

  /// Takes a file or folder away.
  func remove(_ path: String) throws { try root.remove(path) }
}
