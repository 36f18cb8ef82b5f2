// SPDX-License-Identifier: Apache-2.0
public import Host

/// Start-up lines that load a toa the old way, made comments of and back again.
public struct OldAutoload: Sendable, Equatable, Codable {
  /// The lines.
  public var lines: [AutoloadLine]

  /// Creates the value.
  public init(_ lines: [AutoloadLine]) { self.lines = lines }

  /// Those of a host's lines that can be taken out by themselves: whole lines of shell scripts and cron tables. A unit of systemd or
  /// an inittab is more than its line.
  static func removable(_ lines: [AutoloadLine], _ files: FileRoot) -> [AutoloadLine] {
    lines.filter { line in
      guard kind(line.path) != nil, let all = try? texts(line.path, files), all.indices.contains(line.number - 1) else {
        return false
      }
      let before = line.number > 1 ? all[line.number - 2] : ""
      return !line.text.hasSuffix("\\") && !before.hasSuffix("\\")
    }
  }

  /// What makes a comment of a line: a shell needs a command where a line was, as in `if …; then insmod …; fi` over three lines.
  private static func kind(_ path: String) -> String? {
    if path.hasPrefix("/etc/systemd/") || path == "/etc/inittab" { return nil }
    let isCron = path == "/etc/crontab" || path.hasPrefix("/etc/cron.d/") || path.hasPrefix("/var/spool/cron")
    return isCron ? "# " : ": # "
  }

  private static func texts(_ path: String, _ files: FileRoot) throws(FileError) -> [String] {
    try files.text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func mark(_ path: String) -> String { kind(path) ?? "# " }

  /// The commands that a person would type.
  var typed: [String] { lines.map { "sed -i '\($0.number)s/^/\(Self.mark($0.path))/' \(shellQuoted($0.path))" } }

  /// The commands that a person would type to take it back.
  var typedUndo: [String] { lines.map { "sed -i '\($0.number)s/^\(Self.mark($0.path))//' \(shellQuoted($0.path))" } }

  /// Makes comments of them; a line that is one already, or is not what it was, is left.
  func apply(_ files: FileRoot) throws(ToaError) {
    try change(files) { line, text in
      text.trimmedBlanks == line.text ? Self.mark(line.path) + text : nil
    }
  }

  /// Gives the lines back as they were.
  func undo(_ files: FileRoot) throws(ToaError) {
    try change(files) { line, text in
      let mark = Self.mark(line.path)
      guard text.hasPrefix(mark) else { return nil }
      let inner = String(text.dropFirst(mark.count))
      return inner.trimmedBlanks == line.text ? inner : nil
    }
  }

  private func change(_ files: FileRoot, _ body: (AutoloadLine, String) -> String?) throws(ToaError) {
    for path in Set(lines.map(\.path)).sorted() {
      do throws(FileError) {
        var texts = try Self.texts(path, files)
        var isChanged = false
        for line in lines where line.path == path && texts.indices.contains(line.number - 1) {
          guard let text = body(line, texts[line.number - 1]) else { continue }
          texts[line.number - 1] = text
          isChanged = true
        }
        guard isChanged else { continue }
        try files.write(path, Array(texts.joined(separator: "\n").utf8), mode: files.mode(path) ?? 0o644)
      } catch {
        throw ToaError(
          .unexpected, "cannot change \(path)", why: errorText(error.errno),
          next: ["change it by hand; toa doctor --only PER04 shows the lines"])
      }
    }
  }
}

extension String {
  /// Without white space at both ends.
  fileprivate var trimmedBlanks: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
