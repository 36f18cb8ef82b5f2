// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A terminal whose text is kept instead of shown.
final class RecordedScreen: Sendable {
  private let text = Mutex("")

  var terminal: Terminal {
    Terminal(out: { text in self.text.withLock { $0 += text } }, err: { _ in }, width: 100)
  }

  /// What was printed since the last call.
  func take() -> String {
    text.withLock { text in
      defer { text = "" }
      return text
    }
  }
}
