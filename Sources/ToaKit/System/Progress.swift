// SPDX-License-Identifier: Apache-2.0
/// One line on a terminal that is redrawn while a program runs: elapsed seconds and what it does now. Nothing elsewhere.
final class Progress: Sendable {
  private let console: Console
  private let label: String
  private let start = ContinuousClock.now
  private let isShown: Bool

  init(_ console: Console, _ label: String) {
    self.console = console
    self.label = label
    isShown = console.terminal.errIsTerminal && console.loudness == .normal && !console.json
  }

  func show(_ line: String) {
    guard isShown else { return }
    let text =
      "  \(label) \((ContinuousClock.now - start).components.seconds) s  \(line.split(separator: " ").joined(separator: " "))"
    console.terminal.err(
      "\r\u{1B}[K" + console.paint(String(text.prefix(console.terminal.width - 1)), .faint, on: true))
  }

  func end() {
    guard isShown else { return }
    console.terminal.err("\r\u{1B}[K")
  }
}
