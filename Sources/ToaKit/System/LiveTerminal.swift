// SPDX-License-Identifier: Apache-2.0
internal import Glibc

extension Terminal {
  /// Standard output and error of this process; questions go to the terminal that is standard input.
  public static func live() -> Terminal {
    let outIsTerminal = isatty(STDOUT_FILENO) == 1
    let errIsTerminal = isatty(STDERR_FILENO) == 1
    var size = winsize()
    let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    var terminal = Terminal(
      out: { writeAll(STDOUT_FILENO, $0) },
      err: { writeAll(STDERR_FILENO, $0) },
      ask: { question in
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        writeAll(STDERR_FILENO, question + " [y/N] ")
        guard let answer = readLine() else { return false }
        return ["y", "yes"].contains(answer.lowercased())
      },
      outIsTerminal: outIsTerminal, errIsTerminal: errIsTerminal,
      allowsColor: getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
        && getenv("TERM").map { String(cString: $0) } ?? "dumb" != "dumb",
      width: known ? Int(size.ws_col) : 80)
    terminal.line = { question in
      guard isatty(STDIN_FILENO) == 1 else { return nil }
      writeAll(STDERR_FILENO, question)
      return readLine()
    }
    return terminal
  }
}

private func writeAll(_ descriptor: Int32, _ text: String) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return }
    bytes = bytes.dropFirst(count)
  }
}
