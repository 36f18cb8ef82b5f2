// SPDX-License-Identifier: Apache-2.0

/// The lines of modprobe.d(5), in the order in which modprobe and libkmod read them.
public struct ModprobeConfiguration: Sendable, Equatable, Codable {
  /// One line.
  public struct Line: Sendable, Equatable, Codable {
    /// The file.
    public let path: String
    /// Number of the line, from 1.
    public let number: Int
    /// First word: "blacklist", "install", "options", "alias", "softdep", "remove".
    public let command: String
    /// The module (or alias pattern), dashes as underscores.
    public let module: String
    /// The rest of the line.
    public let rest: String
  }

  /// The folders, the strongest first; a file hides those of the same name in later folders.
  public static let folders = [
    "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d",
  ]

  /// Every line that is a command, in reading order.
  public let lines: [Line]

  /// Parses one file; a backslash at a line's end joins the next.
  public static func parse(_ text: String, path: String) -> [Line] {
    var found: [Line] = []
    var joined = ""
    for (index, line) in text.lines.enumerated() {
      if line.hasSuffix("\\") {
        joined += line.dropLast() + " "
        continue
      }
      let words = (joined + line).words
      joined = ""
      guard let command = words.first, !command.hasPrefix("#"), words.count >= 2 else { continue }
      found.append(
        Line(
          path: path, number: index + 1, command: String(command),
          module: String(words[1].map { $0 == "-" ? "_" : $0 }),
          rest: words.dropFirst(2).joined(separator: " ")))
    }
    return found
  }

  /// Reads the folders of a tree.
  public static func read(from root: FileRoot) -> ModprobeConfiguration {
    var files: [String: String] = [:]
    for folder in folders.reversed() {
      for name in root.list(folder) where name.hasSuffix(".conf") { files[name] = "\(folder)/\(name)" }
    }
    let paths = files.keys.sorted().compactMap { files[$0] }
    return ModprobeConfiguration(
      lines: paths.flatMap { path in (try? root.text(path)).map { parse($0, path: path) } ?? [] })
  }

  /// The lines about a module.
  public func lines(for module: String) -> [Line] { lines.filter { $0.module == module } }
}
