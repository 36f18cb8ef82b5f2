// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The lines of a text, without their ends; "\n", "\r\n" and "\r" end one.
  var lines: [SubSequence] { split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) }

  /// The words between white space.
  var words: [SubSequence] { split(whereSeparator: \.isWhitespace) }

  /// The text without white space at both ends.
  var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }

  /// The text up to the first `mark` and the text after it; nil when there is none.
  func cut(at mark: Character) -> (before: SubSequence, after: SubSequence)? {
    guard let index = firstIndex(of: mark) else { return nil }
    return (self[..<index], self[self.index(after: index)...])
  }

  /// What follows the first occurrence of `mark`, nil when there is none.
  func after(_ mark: String) -> SubSequence? {
    guard let start = start(of: mark) else { return nil }
    return self[start...].dropFirst(mark.count)
  }

  /// Whether `part` occurs.
  func has(_ part: String) -> Bool { start(of: part) != nil }

  private func start(of mark: String) -> Index? {
    guard let first = mark.first else { return startIndex }
    var index = startIndex
    while let found = self[index...].firstIndex(of: first) {
      if self[found...].hasPrefix(mark) { return found }
      index = self.index(after: found)
    }
    return nil
  }
}

extension [UInt8] {
  /// Calls `body` with each line, without its end; "\n" ends one.
  func forEachLine(_ body: (ArraySlice<UInt8>) -> Void) {
    var start = 0
    while start < count {
      let end = self[start...].firstIndex(of: UInt8(ascii: "\n")) ?? count
      body(self[start..<end])
      start = end + 1
    }
  }
}

extension Character {
  /// Whether the character is one of 0 to 9 (not a digit of another script).
  var isDecimal: Bool { isASCII && isNumber }
}
