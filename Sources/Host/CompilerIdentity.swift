// SPDX-License-Identifier: Apache-2.0

/// A compiler as it names itself in one line: "x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14) 12.2.0".
public struct CompilerIdentity: Sendable, Equatable, Codable {
  /// Whose compiler.
  public enum Kind: String, Sendable, Equatable, Codable {
    /// GCC.
    case gcc
    /// LLVM's clang.
    case clang
  }

  /// Whose compiler.
  public var kind: Kind
  /// Its version.
  public var version: CompilerVersion
  /// The program's name where the line tells it: "gcc", "x86_64-linux-gnu-gcc-12", "clang".
  public var program: String?
  /// The line as written.
  public var text: String

  /// Creates an identity.
  public init(kind: Kind, version: CompilerVersion, program: String? = nil, text: String) {
    self.kind = kind
    self.version = version
    self.program = program
    self.text = text
  }

  /// Parses a line of the three grammars that kernels carry: "gcc version 4.8.5 …" (to Linux 5.7),
  /// "gcc-12 (Debian …) 12.2.0, GNU ld …" (since), "Debian clang version 14.0.6, LLD …". A linker after a comma is left out.
  /// Nil when no compiler can be told.
  public init?(parsing line: some StringProtocol) {
    let text = Self.withoutLinker(line.trimmed)
    if let rest = text.after("clang version ") {
      guard let version = CompilerVersion(parsing: rest) else { return nil }
      self.init(kind: .clang, version: version, program: "clang", text: text)
      return
    }
    if text.hasPrefix("gcc version "), let version = CompilerVersion(parsing: text.dropFirst("gcc version ".count)) {
      self.init(kind: .gcc, version: version, text: text)
      return
    }
    guard let name = text.words.first, let kind = Self.kind(ofProgram: name) else { return nil }
    let afterName = text.dropFirst(name.count).drop(while: \.isWhitespace)
    let afterVendor = afterName.first == "(" ? Self.afterGroup(afterName) : afterName
    let word =
      afterVendor.words.first { $0.first?.isDecimal == true }
      ?? afterName.words.first { $0.first?.isDecimal == true && $0.contains(".") }
    guard let word, let version = CompilerVersion(parsing: word) else { return nil }
    self.init(kind: kind, version: version, program: String(name), text: text)
  }

  /// The vendor's build as the line tells it, without the program's name: "(Debian 12.2.0-14+deb12u1) 12.2.0". Nil for lines
  /// that name no program.
  public var build: String? {
    guard kind == .gcc, let program, text.hasPrefix(program + " ") else { return nil }
    return text.dropFirst(program.count).trimmed
  }

  /// Whether both are one and the same build, as GCC plugins ask for: by the vendor's build where both tell it, else by version.
  public func isSameBuild(as other: CompilerIdentity) -> Bool {
    guard kind == other.kind, version == other.version else { return false }
    guard let build, let theirs = other.build else { return true }
    return build == theirs
  }

  /// The kind that a program's name tells: "gcc", "gcc-12", "gcc_old", "aarch64-linux-gnu-gcc-13", "clang-14"; nil for others.
  public static func kind(ofProgram name: some StringProtocol) -> Kind? {
    let base = name.split { $0 == "/" }.last.map { String($0) } ?? ""
    if base.has("clang") { return .clang }
    return base.has("gcc") ? .gcc : nil
  }

  /// The text before ", GNU ld …" or ", LLD …", outside of parentheses.
  private static func withoutLinker(_ text: String) -> String {
    var depth = 0
    for index in text.indices {
      switch text[index] {
      case "(": depth += 1
      case ")": depth -= 1
      case "," where depth <= 0: return text[..<index].trimmed
      default: break
      }
    }
    return text
  }

  /// The text after the parenthesised group that it starts with; empty when the group does not end.
  private static func afterGroup(_ text: Substring) -> Substring {
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[text.index(after: index)...] }
    }
    return ""
  }
}
