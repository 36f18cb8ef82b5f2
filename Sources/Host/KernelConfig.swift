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
    values.reserveCapacity(12_000)
    // The most common lines, "CONFIG_X=y" and "# CONFIG_X is not set", are known by their bytes: there are ten thousand.
    let option = Array("CONFIG_".utf8)
    let unset = Array("# CONFIG_".utf8)
    let notSet = Array(" is not set".utf8)
    Array(text.utf8).forEachLine { line in
      if line.starts(with: option) {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return }
        let value = line[(equals + 1)...]
        let name = String(decoding: line[..<equals], as: UTF8.self)
        switch (value.count, value.first) {
        case (1, UInt8(ascii: "y")): values[name] = .yes
        case (1, UInt8(ascii: "m")): values[name] = .module
        default: values[name] = Self.value(Substring(decoding: value, as: UTF8.self))
        }
      } else if line.starts(with: unset) {
        let name = line.dropFirst(2).prefix { $0 != UInt8(ascii: " ") }
        if line[name.endIndex...].starts(with: notSet) { values[String(decoding: name, as: UTF8.self)] = .no }
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
