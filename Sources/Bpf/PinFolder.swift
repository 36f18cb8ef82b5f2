internal import CBpf
// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// A folder of toa's in the BPF file system, where maps and links live on without a process.
struct PinFolder {
  let path: String

  func path(_ name: String) -> String { "\(path)/\(name)" }

  var exists: Bool { unsafe access(path, F_OK) == 0 }

  /// Names in it, sorted; none when it is not there.
  var names: [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes it, for root only; one that is there is no error.
  func make() throws(BpfError) {
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw BpfError(operation: "make", subject: path, errno: errno)
    }
  }

  /// What is pinned under a name; nil when nothing is.
  func open(_ name: String) -> FileDescriptor? {
    let number = unsafe bpf_obj_get(path(name))
    return number >= 0 ? FileDescriptor(number) : nil
  }

  /// Removes pins and the folder itself, `first` before all others.
  func remove(first: [String] = []) throws(BpfError) {
    for name in first + names.filter({ !first.contains($0) }) {
      guard unsafe unlink(path(name)) == 0 || errno == ENOENT else {
        throw BpfError(operation: "remove", subject: path(name), errno: errno)
      }
    }
    guard unsafe rmdir(path) == 0 || errno == ENOENT else {
      throw BpfError(operation: "remove", subject: path, errno: errno)
    }
  }
}
