// SPDX-License-Identifier: Apache-2.0
internal import Glibc
public import SystemPackage

/// A file tree seen from its root: `/` on a live host, a folder for `--root` and for fixtures.
///
/// Every path is absolute below the root. Symbolic links, absolute ones too, are followed inside the root and never lead out
/// of it.
public struct FileRoot: Sendable, Equatable {
  /// Where the tree lies on this machine.
  public let location: FilePath

  /// Creates a view of the tree at `location`.
  public init(_ location: FilePath = "/") { self.location = location }

  /// Whether this is the machine's own root.
  public var isLive: Bool { location == "/" }

  /// What `path` is on this machine, its own last component not followed when `followLast` is false; nil for a loop of links.
  public func locate(_ path: String, followLast: Bool = true) -> String? {
    guard !isLive else { return path }
    guard let resolved = resolve(path, followLast: followLast) else { return nil }
    return resolved == "/" ? location.string : location.string + resolved
  }

  /// `path` with every link below the root followed, still a path below the root; it need not exist. Nil for a loop.
  public func resolve(_ path: String, followLast: Bool = true) -> String? {
    var pending = Array(path.split(separator: "/").map(String.init).reversed())
    var done: [String] = []
    var hops = 0
    while let component = pending.popLast() {
      if component == "." { continue }
      if component == ".." {
        _ = done.popLast()
        continue
      }
      let candidate = (isLive ? "" : location.string) + "/" + (done + [component]).joined(separator: "/")
      guard followLast || !pending.isEmpty, let target = Self.link(at: candidate) else {
        done.append(component)
        continue
      }
      hops += 1
      guard hops <= 40 else { return nil }
      if target.hasPrefix("/") { done = [] }
      pending += target.split(separator: "/").map(String.init).reversed()
    }
    return "/" + done.joined(separator: "/")
  }

  /// The bytes of a file, at most `limit` of them.
  public func bytes(_ path: String, limit: Int = 16 << 20) throws(FileError) -> [UInt8] {
    let descriptor = try open(path, O_RDONLY | O_CLOEXEC, operation: "read")
    defer { close(descriptor) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while result.count < limit {
      let count = read(descriptor, &buffer, min(buffer.count, limit - result.count))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(operation: "read", path: path, errno: errno) }
      if count == 0 { break }
      result += buffer[..<count]
    }
    return result
  }

  /// Hands on the bytes of a file, however long, in pieces of at most `size` bytes, until `take` says no; "-" is standard input.
  public func forEachPiece(
    of path: String, size: Int = 1 << 20, _ take: ([UInt8]) -> Bool
  ) throws(FileError) {
    let descriptor = path == "-" ? STDIN_FILENO : try open(path, O_RDONLY | O_CLOEXEC, operation: "read")
    defer { if path != "-" { close(descriptor) } }
    var buffer = [UInt8](repeating: 0, count: size)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(operation: "read", path: path, errno: errno) }
      guard count > 0, take(Array(buffer[..<count])) else { return }
    }
  }

  /// The text of a file, decoded as UTF-8 with repairs.
  public func text(_ path: String) throws(FileError) -> String { String(decoding: try bytes(path), as: UTF8.self) }

  /// The text of a file without the white space at its end, nil when it cannot be read: for one-line files of /proc and /sys.
  public func line(_ path: String) -> String? {
    guard var text = try? text(path) else { return nil }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  /// Whether something is at `path` (a dangling link is nothing).
  public func exists(_ path: String) -> Bool { status(path) != nil }

  /// Whether a folder is at `path`.
  public func isDirectory(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

  /// Whether a regular file is at `path`.
  public func isFile(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

  /// Size in bytes, nil when nothing is there.
  public func size(_ path: String) -> Int? { status(path).map { Int($0.st_size) } }

  /// Permission bits (07777), nil when nothing is there.
  public func mode(_ path: String) -> UInt32? { status(path).map { $0.st_mode & 0o7777 } }

  /// When the content was last written, in seconds since 1970; nil when nothing is there.
  public func modified(_ path: String) -> Int? { status(path).map { $0.st_mtim.tv_sec } }

  /// When the kernel last saw it change in any way, which no program can set back; nil when nothing is there.
  public func changed(_ path: String) -> Int? { status(path).map { $0.st_ctim.tv_sec } }

  /// Target of a symbolic link as written, nil when `path` is no link.
  public func linkTarget(_ path: String) -> String? {
    locate(path, followLast: false).flatMap(Self.link(at:))
  }

  /// Whether two files have the same bytes. They are compared in parts: programs have many.
  public func hasSameBytes(_ path: String, as other: String) -> Bool {
    guard let size = size(path), size == self.size(other),
      let one = try? open(path, O_RDONLY | O_CLOEXEC, operation: "read")
    else { return false }
    defer { close(one) }
    guard let two = try? open(other, O_RDONLY | O_CLOEXEC, operation: "read") else { return false }
    defer { close(two) }
    var buffers = ([UInt8](repeating: 0, count: 1 << 16), [UInt8](repeating: 0, count: 1 << 16))
    var done = 0
    while done < size {
      let count = pread(one, &buffers.0, 1 << 16, done)
      guard count > 0, pread(two, &buffers.1, count, done) == count, memcmp(buffers.0, buffers.1, count) == 0 else {
        return false
      }
      done += count
    }
    return true
  }

  /// Names in a folder, sorted; empty when it is not there.
  public func list(_ path: String) -> [String] {
    guard let place = locate(path), let folder = opendir(place) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Writes a file beside its place and renames it into place: readers see the old or the new one, never a part.
  public func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(FileError) {
    guard let place = locate(path) else { throw FileError(operation: "write", path: path, errno: ELOOP) }
    let beside = place + ".new"
    unlink(beside)
    let descriptor = Glibc.open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw FileError(operation: "write", path: path, errno: errno) }
    var failure: Int32 = 0
    fchmod(descriptor, mode)
    if !Self.writeAll(descriptor, bytes) || fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0 && failure == 0 { failure = errno }
    if failure == 0 && rename(beside, place) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(beside)
      throw FileError(operation: "write", path: path, errno: failure)
    }
  }

  /// Adds bytes at a file's end and waits until they are on the disk.
  public func append(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(FileError) {
    let descriptor = try open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode, operation: "write")
    defer { close(descriptor) }
    guard Self.writeAll(descriptor, bytes), fsync(descriptor) == 0 else {
      throw FileError(operation: "write", path: path, errno: errno)
    }
  }

  /// Writes into a file that is there, in one write(2), without renaming: for the kernel's files in /sys and /proc.
  public func overwrite(_ path: String, _ bytes: [UInt8]) throws(FileError) {
    let descriptor = try open(path, O_WRONLY | O_CLOEXEC, operation: "write")
    defer { close(descriptor) }
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == bytes.count else {
      throw FileError(operation: "write", path: path, errno: count < 0 ? errno : EIO)
    }
  }

  /// Changes the rights of a file.
  public func setMode(_ path: String, _ mode: UInt32) throws(FileError) {
    guard let place = locate(path) else { throw FileError(operation: "change", path: path, errno: ELOOP) }
    guard chmod(place, mode) == 0 else { throw FileError(operation: "change", path: path, errno: errno) }
  }

  /// Makes a symbolic link; what is at `path` must not be there.
  public func makeLink(_ path: String, to target: String) throws(FileError) {
    guard let place = locate(path, followLast: false) else {
      throw FileError(operation: "make", path: path, errno: ELOOP)
    }
    guard symlink(target, place) == 0 else { throw FileError(operation: "make", path: path, errno: errno) }
  }

  /// Makes a folder and those above it.
  public func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
    var above = ""
    for component in path.split(separator: "/") {
      above += "/" + component
      if isDirectory(above) { continue }
      guard let place = locate(above) else { throw FileError(operation: "make", path: above, errno: ELOOP) }
      guard mkdir(place, mode) == 0 || errno == EEXIST else {
        throw FileError(operation: "make", path: above, errno: errno)
      }
    }
  }

  /// Makes the folder in which `path` lies, and those above it.
  public func makeDirectory(above path: String) throws(FileError) {
    try makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
  }

  /// Removes a file, link or whole folder; links are removed, not followed. Nothing there is no error.
  public func remove(_ path: String) throws(FileError) {
    guard let place = locate(path, followLast: false) else { return }
    var status = stat()
    guard lstat(place, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return }
      throw FileError(operation: "remove", path: path, errno: errno)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in list(path) { try remove(path + "/" + name) }
      guard rmdir(place) == 0 else { throw FileError(operation: "remove", path: path, errno: errno) }
    } else {
      guard unlink(place) == 0 else { throw FileError(operation: "remove", path: path, errno: errno) }
    }
  }

  /// Removes a folder in which nothing is. In a cgroup2 file system that is a cgroup without children and processes.
  public func removeFolder(_ path: String) throws(FileError) {
    guard let place = locate(path, followLast: false) else { return }
    guard rmdir(place) == 0 || errno == ENOENT else { throw FileError(operation: "remove", path: path, errno: errno) }
  }

  private func status(_ path: String) -> stat? {
    guard let place = locate(path) else { return nil }
    var status = stat()
    return stat(place, &status) == 0 ? status : nil
  }

  func open(_ path: String, _ flags: Int32, _ mode: UInt32 = 0, operation: String) throws(FileError) -> Int32 {
    guard let place = locate(path) else { throw FileError(operation: operation, path: path, errno: ELOOP) }
    let descriptor = Glibc.open(place, flags, mode)
    guard descriptor >= 0 else { throw FileError(operation: operation, path: path, errno: errno) }
    return descriptor
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      offset += count
    }
    return true
  }

  private static func link(at place: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { target in
        target.baseAddress.map { readlink(place, $0, target.count) } ?? -1
      }
    }
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
