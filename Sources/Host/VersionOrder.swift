// SPDX-License-Identifier: Apache-2.0

/// Compares two version texts part by part: runs of digits by value, other runs by spelling. Negative when `left` is older,
/// 0 when equal, positive when newer. A part that starts with "~" or "-rc" is older than the end of the text.
public func versionOrder(_ left: String, _ right: String) -> Int {
  var left = Array(left.utf8)[...]
  var right = Array(right.utf8)[...]
  while !left.isEmpty || !right.isEmpty {
    let early = (isEarly(left), isEarly(right))
    if early.0 != early.1 { return early.0 ? -1 : 1 }
    guard let first = left.first, let second = right.first else { return left.isEmpty ? -1 : 1 }
    if isDigit(first) && isDigit(second) {
      let numbers = (takeNumber(&left), takeNumber(&right))
      if numbers.0.count != numbers.1.count { return numbers.0.count < numbers.1.count ? -1 : 1 }
      if numbers.0 != numbers.1 { return numbers.0.lexicographicallyPrecedes(numbers.1) ? -1 : 1 }
    } else if first != second {
      if isDigit(first) || isDigit(second) { return isDigit(first) ? 1 : -1 }
      return first < second ? -1 : 1
    } else {
      left = left.dropFirst()
      right = right.dropFirst()
    }
  }
  return 0
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isEarly(_ text: ArraySlice<UInt8>) -> Bool {
  text.first == UInt8(ascii: "~") || text.starts(with: "-rc".utf8)
}

/// Takes a run of digits, without its leading zeros.
private func takeNumber(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  let digits = text.prefix(while: isDigit)
  text = text.dropFirst(digits.count)
  return digits.drop { $0 == UInt8(ascii: "0") }
}
