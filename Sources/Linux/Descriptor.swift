// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file descriptor, closed at the end of its owner's life.
package struct Descriptor: ~Copyable, Sendable {
  package let number: Int32

  package init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  /// Waits until bytes or a connection can be taken; false when the deadline passed first.
  package func waitUntilReadable(before deadline: Deadline) -> Bool {
    var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    while true {
      let count = unsafe poll(&entry, 1, deadline.remainingMilliseconds)
      if count > 0 { return true }
      if count == 0 || errno != EINTR { return false }
    }
  }

  /// Waits until a connection is made, or has failed; false when the deadline passed first.
  package func waitUntilWritable(before deadline: Deadline) -> Bool {
    var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    return retrying { unsafe poll(&entry, 1, deadline.remainingMilliseconds) } > 0
  }
}

/// Repeats a system call as long as a signal interrupts it.
package func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result != -1 || Glibc.errno != EINTR { return result }
  }
}
