// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// A descriptor of a map, program, link or folder, closed at the end of its owner's life.
struct FileDescriptor: ~Copyable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  /// Opens a folder to attach something to it.
  init(folder path: String) throws(BpfError) {
    let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw BpfError(operation: "open", subject: path, errno: Glibc.errno) }
    self.number = number
  }

  /// Another descriptor of what one refers to.
  init(duplicating number: Int32, of subject: String) throws(BpfError) {
    let number = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard number >= 0 else { throw BpfError(operation: "open", subject: subject, errno: Glibc.errno) }
    self.number = number
  }

  deinit { close(number) }

  /// Everything that can be read.
  func readAll(_ subject: String) throws(BpfError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    let capacity = buffer.count
    while true {
      let count = unsafe read(number, &buffer, capacity)
      if count < 0 && (Glibc.errno == EINTR || Glibc.errno == EAGAIN) { continue }
      guard count >= 0 else { throw BpfError(operation: "read", subject: subject, errno: Glibc.errno) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }
}
