// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What this process holds, as /proc shows it.
enum Process {
  static var isRoot: Bool { geteuid() == 0 }

  /// Names of threads.
  static var threadNames: [String] { names(in: "/proc/self/task").map { firstLine("/proc/self/task/\($0)/comm") } }

  /// The different network namespaces of all threads.
  static var networkNamespaces: Set<String> {
    Set(names(in: "/proc/self/task").map { target("/proc/self/task/\($0)/ns/net") })
  }

  /// What the open descriptors refer to, sorted.
  static var descriptors: [String] {
    names(in: "/proc/self/fd").map { target("/proc/self/fd/\($0)") }.filter { !$0.hasSuffix("/fd") }.sorted()
  }

  /// Names of network devices, one after the other.
  static var networkDevices: [String] { names(in: "/sys/class/net").sorted() }

  /// Runs a program on PATH, without output, and returns its exit status; -1 when it could not be run.
  static func run(_ words: [String]) -> Int32 {
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    var child: pid_t = 0
    guard posix_spawnp(&child, words[0], &actions, nil, &arguments, environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1 { if errno != EINTR { return -1 } }
    return status & 0x7f == 0 ? status >> 8 & 0xff : -1
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  private static func target(_ link: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { part in part.baseAddress.map { readlink(link, $0, part.count) } ?? 0 }
    }
    return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
  }

  private static func firstLine(_ path: String) -> String {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return "" }
    defer { close(number) }
    var buffer = [UInt8](repeating: 0, count: 64)
    let capacity = buffer.count
    let count = read(number, &buffer, capacity)
    return String(decoding: buffer.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
