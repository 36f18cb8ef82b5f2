// SPDX-License-Identifier: Apache-2.0

/// Reads an unsigned decimal number of ASCII digits without sign or leading zero; nil when it is none or above `limit`.
package func decimal(_ digits: some Collection<UInt8>, upTo limit: Int) -> Int? {
  guard let first = digits.first, digits.count <= 9, first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
  var number = 0
  for digit in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
    number = number * 10 + Int(digit - UInt8(ascii: "0"))
  }
  return number <= limit ? number : nil
}

/// Reads one group of an IPv6 address: 1 to 4 hexadecimal digits of either case.
func hexadecimalGroup(_ digits: some Collection<UInt8>) -> UInt16? {
  guard (1...4).contains(digits.count) else { return nil }
  var number: UInt16 = 0
  for digit in digits {
    guard let value = hexadecimalDigit(digit) else { return nil }
    number = number << 4 | UInt16(value)
  }
  return number
}

/// The value of one hexadecimal digit of either case; nil for any other byte.
package func hexadecimalDigit(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
