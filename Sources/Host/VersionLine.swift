// SPDX-License-Identifier: Apache-2.0

/// The line in which a kernel presents itself, of /proc/version and of the first lines of the kernel log.
public struct VersionLine: Sendable, Equatable, Codable {
  /// The release: "6.1.0-56-cloud-amd64".
  public let release: String
  /// Who built it: "mockbuild@kbuilder.bsys.centos.org"; nil when the line does not say.
  public let builder: String?
  /// The compiler that built it; nil when the line does not say.
  public let compiler: CompilerIdentity?
  /// The build stamp: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-01-01)".
  public let build: String
  /// The line from "Linux version" on.
  public let text: String

  /// Parses a line that holds "Linux version", with a log's time stamps before it or without; nil for other lines.
  public init?(parsing line: some StringProtocol) {
    guard let rest = line.after("Linux version ").map({ Substring($0) }), let release = rest.words.first else {
      return nil
    }
    var groups: [Substring] = []
    var build = ""
    var remaining = rest.drop(while: \.isWhitespace).dropFirst(release.count).drop(while: \.isWhitespace)
    while let first = remaining.first {
      guard first == "(", let end = Self.groupEnd(remaining) else {
        build = remaining.trimmed
        break
      }
      groups.append(remaining[remaining.index(after: remaining.startIndex)..<end])
      remaining = remaining[remaining.index(after: end)...].drop(while: \.isWhitespace)
    }
    self.release = String(release)
    let found = groups.lazy.compactMap { CompilerIdentity(parsing: $0) }.first
    compiler = found ?? Self.unclosedCompiler(build)
    builder = groups.first { $0.contains("@") && CompilerIdentity(parsing: $0) == nil }.map { $0.trimmed }
    self.build = build
    text = "Linux version " + rest.trimmed
  }

  /// The line of the running kernel.
  public static func read(from root: FileRoot) -> VersionLine? {
    root.line("/proc/version").flatMap { VersionLine(parsing: $0) }
  }

  /// The last such line of a kernel log (dmesg, journalctl -k); nil when the log no longer reaches back to the boot.
  public static func find(inLog log: String) -> VersionLine? {
    var found: VersionLine?
    for line in log.lines where line.has("Linux version ") {
      found = VersionLine(parsing: line) ?? found
    }
    return found
  }

  /// A compiler in a group that a log cut off before its end.
  private static func unclosedCompiler(_ text: String) -> CompilerIdentity? {
    text.hasPrefix("(") ? CompilerIdentity(parsing: text.dropFirst()) : nil
  }

  private static func groupEnd(_ text: Substring) -> Substring.Index? {
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }
}
