// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Text that is kept instead of shown.
final class WrittenText: Sendable {
  private let text = Mutex("")

  func add(_ more: String) { text.withLock { $0 += more } }

  /// What was written since the last call.
  func take() -> String {
    text.withLock { text in
      defer { text = "" }
      return text
    }
  }
}
