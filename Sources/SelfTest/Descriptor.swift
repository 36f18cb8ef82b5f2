// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file descriptor, closed at the end of its owner's life.
struct Descriptor: ~Copyable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { close(number) }

  /// Waits until bytes or a connection can be taken; false when the deadline passed first.
  func waitUntilReadable(before deadline: Deadline) -> Bool {
    var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    while true {
      let count = unsafe poll(&entry, 1, deadline.remainingMilliseconds)
      if count > 0 { return true }
      if count == 0 || errno != EINTR { return false }
    }
  }
}

/// A point in time that a step must not pass.
struct Deadline {
  private let end: ContinuousClock.Instant

  init(milliseconds: Int) { end = .now + .milliseconds(milliseconds) }

  /// Milliseconds until then, rounded up; 0 when it has passed.
  var remainingMilliseconds: Int32 {
    let rest = ContinuousClock.now.duration(to: end)
    return rest <= .zero ? 0 : Int32(clamping: wholeMilliseconds(rest) + 1)
  }

  /// The earlier of this and a point so many milliseconds from now.
  func orAfter(milliseconds: Int) -> Deadline {
    Int(remainingMilliseconds) <= milliseconds ? self : Deadline(milliseconds: milliseconds)
  }

  var hasPassed: Bool { remainingMilliseconds == 0 }
}

/// A duration in milliseconds, rounded down.
func wholeMilliseconds(_ duration: Duration) -> Int { wholeMicroseconds(duration) / 1000 }

/// A duration in microseconds, rounded down.
func wholeMicroseconds(_ duration: Duration) -> Int {
  let (seconds, attoseconds) = duration.components
  return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
}
