// SPDX-License-Identifier: Apache-2.0

/// A kernel's build configuration: the text of .config, auto.conf or /proc/config.gz.
public struct KernelConfig: Sendable, Equatable {
  /// The value of one option.
  public enum Value: Sendable, Equatable {
    /// "y": built in.
    case yes
    /// "m": built as a module.
    case module
    /// "# CONFIG_X is not set".
    case no
    /// A quoted string.
    case string(String)
    /// A decimal or hexadecimal number.
    case number(Int)
    /// Anything else, as written.
    case other(String)
  }

  /// Values by full name ("CONFIG_MODULES").
  public let values: [String: Value]
  /// The file that was read.
  public let source: String

  /// Parses the text of a configuration; lines that are no options are passed over.
  public init(parsing text: String, source: String = "") {
    var values: [String: Value] = [:]
    let newline = UInt8(ascii: "\n")
    for line in text.utf8.split(separator: newline) {
      if line.starts(with: "CONFIG_".utf8) {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
        let value = Substring(line[line.index(after: equals)...])
        values[String(Substring(line[..<equals]))] = Self.value(value)
      } else if line.starts(with: "# CONFIG_".utf8) {
        let words = Substring(line).dropFirst(2).words
        if words.count >= 4 && words[1...3].elementsEqual(["is", "not", "set"]) { values[String(words[0])] = .no }
      }
    }
    self.values = values
    self.source = source
  }

  /// The value of an option, named with or without "CONFIG_"; nil when the file does not mention it.
  public subscript(_ name: String) -> Value? { values[name.hasPrefix("CONFIG_") ? name : "CONFIG_" + name] }

  /// Whether an option is "y" or "m".
  public func isEnabled(_ name: String) -> Bool { self[name] == .yes || self[name] == .module }

  /// The text of a string option; nil for other kinds.
  public func string(_ name: String) -> String? {
    if case .string(let text)? = self[name] { text } else { nil }
  }

  /// The number of a numeric option; nil for other kinds.
  public func number(_ name: String) -> Int? {
    if case .number(let number)? = self[name] { number } else { nil }
  }

  private static func value(_ written: Substring) -> Value {
    let text = written.trimmed
    switch text {
    case "y": return .yes
    case "m": return .module
    case "n": return .no
    default: break
    }
    if text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") { return .string(unescaped(text)) }
    if text.hasPrefix("0x"), let number = Int(text.dropFirst(2), radix: 16) { return .number(number) }
    return Int(text).map(Value.number) ?? .other(text)
  }

  private static func unescaped(_ quoted: String) -> String {
    var result = ""
    var escaped = false
    for character in quoted.dropFirst().dropLast() {
      if character == "\\" && !escaped {
        escaped = true
      } else {
        result.append(character)
        escaped = false
      }
    }
    return result
  }
}
