// SPDX-License-Identifier: Apache-2.0

/// How a command talks: data on standard output, messages on standard error, colour and redrawing only on terminals.
public struct Console: Sendable {
  /// How much a command says.
  public enum Loudness: Int, Sendable, Comparable {
    /// Errors only.
    case quiet
    /// Steps and results.
    case normal
    /// Also what the programs that toa runs print.
    case verbose

    /// Quieter is smaller.
    public static func < (left: Loudness, right: Loudness) -> Bool { left.rawValue < right.rawValue }
  }

  /// The colours toa uses, each with one meaning.
  public enum Style: String, Sendable {
    /// Done, passed.
    case good = "32"
    /// Worth a look.
    case warning = "33"
    /// Failed.
    case bad = "31"
    /// Headings.
    case strong = "1"
    /// Commands, details.
    case faint = "2"
  }

  /// Where to write.
  public let terminal: Terminal
  /// One JSON document on standard output instead of text.
  public let json: Bool
  /// How much to say.
  public let loudness: Loudness
  private let wantsColor: Bool

  /// Creates a console.
  public init(_ terminal: Terminal, json: Bool = false, loudness: Loudness = .normal, color: Bool = true) {
    self.terminal = terminal
    self.json = json
    self.loudness = loudness
    wantsColor = color && terminal.allowsColor
  }

  /// The same console, on which what would be the answer is explanation.
  var withoutAnswer: Console {
    let terminal = terminal
    let isQuiet = loudness < .normal || json
    let beside = Terminal(
      out: { if !isQuiet { terminal.err($0) } }, err: terminal.err, ask: terminal.ask,
      outIsTerminal: terminal.errIsTerminal, errIsTerminal: terminal.errIsTerminal, allowsColor: terminal.allowsColor,
      width: terminal.width)
    return Console(beside, loudness: loudness, color: wantsColor)
  }

  /// The same console on another terminal.
  func on(_ terminal: Terminal) -> Console {
    Console(terminal, json: json, loudness: loudness, color: wantsColor)
  }

  /// `text` in a style for standard output, plain where that is no terminal.
  public func styled(_ text: String, _ style: Style) -> String {
    paint(text, style, on: terminal.outIsTerminal)
  }

  /// Writes one line of data, unless the command answers in JSON.
  public func print(_ line: String = "") {
    guard !json else { return }
    terminal.out(line + "\n")
  }

  /// Writes one line of progress or explanation, unless quiet.
  public func say(_ line: String = "", _ style: Style? = nil) {
    guard loudness >= .normal else { return }
    terminal.err((style.map { paint(line, $0, on: terminal.errIsTerminal) } ?? line) + "\n")
  }

  /// Writes the command that a person would type for a change to the system.
  public func say(change command: String) { say("  # \(command)", .faint) }

  /// Writes a line that a running program printed, when verbose.
  public func detail(_ line: String) {
    guard loudness >= .verbose else { return }
    terminal.err(paint("    \(line)", .faint, on: terminal.errIsTerminal) + "\n")
  }

  /// Writes an error the way all of toa's errors look: what and why, then what to type next.
  public func say(_ error: ToaError) {
    let label = paint("error:", .bad, on: terminal.errIsTerminal)
    var text = "\(label) \(error.what)\n"
    for line in wrapped(error.why) { text += "  \(line)\n" }
    for step in error.next { text += "  -> \(step)\n" }
    terminal.err(text)
  }

  /// Asks before a change; nil where nobody can answer.
  public func ask(_ question: String) -> Bool? { terminal.ask(question) }

  /// `text` broken at spaces into lines that fit the terminal, its own line breaks kept.
  public func wrapped(_ text: String, indent: Int = 2) -> [String] {
    let width = max(40, min(terminal.width, 110) - indent)
    return text.split(separator: "\n", omittingEmptySubsequences: true).flatMap { paragraph in
      paragraph.split(separator: " ").reduce(into: [String]()) { lines, word in
        if let last = lines.last, last.count + 1 + word.count <= width {
          lines[lines.count - 1] = last + " " + word
        } else {
          lines.append(String(word))
        }
      }
    }
  }

  /// A list that is separated by commas, in lines of which each fits the terminal behind `indent` columns; each but the last ends
  /// with its comma.
  func wrappedList(_ list: String, indent: Int) -> [String] {
    let width = max(40, terminal.width - indent)
    return list.split(separator: ",").reduce(into: [String]()) { lines, item in
      if let last = lines.last, last.count + 1 + item.count < width {
        lines[lines.count - 1] = last + "," + item
      } else {
        if !lines.isEmpty { lines[lines.count - 1] += "," }
        lines.append(String(item))
      }
    }
  }

  func paint(_ text: String, _ style: Style, on isTerminal: Bool) -> String {
    guard wantsColor, isTerminal else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }
}
