// SPDX-License-Identifier: Apache-2.0

/// A point in time that a step must not pass.
package struct Deadline: Sendable {
  private let end: ContinuousClock.Instant

  package init(milliseconds: Int) { end = .now + .milliseconds(milliseconds) }

  /// Milliseconds until then, rounded up; 0 when it has passed.
  package var remainingMilliseconds: Int32 {
    let rest = ContinuousClock.now.duration(to: end)
    return rest <= .zero ? 0 : Int32(clamping: wholeMilliseconds(rest) + 1)
  }

  /// The earlier of this and a point so many milliseconds from now.
  package func orAfter(milliseconds: Int) -> Deadline {
    Int(remainingMilliseconds) <= milliseconds ? self : Deadline(milliseconds: milliseconds)
  }

  package var hasPassed: Bool { remainingMilliseconds == 0 }
}

/// A duration in milliseconds, rounded down.
package func wholeMilliseconds(_ duration: Duration) -> Int { wholeMicroseconds(duration) / 1000 }

/// A duration in microseconds, rounded down.
package func wholeMicroseconds(_ duration: Duration) -> Int {
  let (seconds, attoseconds) = duration.components
  return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
}
