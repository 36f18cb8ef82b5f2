// SPDX-License-Identifier: Apache-2.0

/// The assignments of an os-release(5) file.
public struct OSRelease: Sendable, Equatable, Codable {
  /// Value by variable name, quotes and escapes taken away.
  public let values: [String: String]

  /// Where the file lies, in the order in which os-release(5) looks.
  public static let paths = ["/etc/os-release", "/usr/lib/os-release"]

  /// Parses the text of an os-release file; lines that are no assignments are passed over.
  public init(parsing text: String) {
    var values: [String: String] = [:]
    for line in text.lines {
      let line = line.trimmed
      guard !line.hasPrefix("#"), let (name, value) = line.cut(at: "="), Self.isName(name) else { continue }
      values[String(name)] = Self.unquoted(value)
    }
    self.values = values
  }

  /// The value of a variable; nil when it is not set or empty.
  public subscript(_ name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  /// The first os-release file of the tree that can be read, and its path.
  public static func read(from root: FileRoot) -> (release: OSRelease, path: String)? {
    for path in paths {
      if let text = try? root.text(path) { return (OSRelease(parsing: text), path) }
    }
    return nil
  }

  private static func isName(_ name: Substring) -> Bool {
    guard let first = name.first, !first.isDecimal else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  /// Reads one shell word: single quotes keep everything, double quotes keep all but backslash escapes.
  private static func unquoted(_ word: Substring) -> String {
    var result = ""
    var quote: Character?
    var escaped = false
    for character in word {
      if escaped {
        if quote == "\"" && !"\"\\$`".contains(character) { result.append("\\") }
        result.append(character)
        escaped = false
      } else if character == "\\" && quote != "'" {
        escaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { result.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character.isWhitespace {
        break
      } else {
        result.append(character)
      }
    }
    return result
  }
}
