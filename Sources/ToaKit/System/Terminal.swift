// SPDX-License-Identifier: Apache-2.0

/// Where a person or a program reads: data goes to `out`, messages and progress to `err`.
public struct Terminal: Sendable {
  /// Writes text to standard output, as it is.
  public var out: @Sendable (String) -> Void
  /// Writes text to standard error, as it is.
  public var err: @Sendable (String) -> Void
  /// Asks a yes-or-no question; nil where nobody can answer.
  public var ask: @Sendable (String) -> Bool?
  /// Asks for a line; nil where nobody can answer.
  public var line: @Sendable (String) -> String? = { _ in nil }
  /// Whether standard output is a terminal.
  public var outIsTerminal: Bool
  /// Whether standard error is a terminal: progress is drawn only there.
  public var errIsTerminal: Bool
  /// Whether NO_COLOR and TERM=dumb leave colours on.
  public var allowsColor: Bool
  /// Columns.
  public var width: Int

  /// Creates a terminal from its parts.
  public init(
    out: @escaping @Sendable (String) -> Void, err: @escaping @Sendable (String) -> Void,
    ask: @escaping @Sendable (String) -> Bool? = { _ in nil }, outIsTerminal: Bool = false,
    errIsTerminal: Bool = false, allowsColor: Bool = false, width: Int = 80
  ) {
    self.out = out
    self.err = err
    self.ask = ask
    self.outIsTerminal = outIsTerminal
    self.errIsTerminal = errIsTerminal
    self.allowsColor = allowsColor
    self.width = width
  }
}
