// SPDX-License-Identifier: Apache-2.0

extension IPv6Address: LosslessStringConvertible {
  /// Reads any form of RFC 4291, 2.2: full, with one "::", with an IPv4 address as the last 32 bits. No zone, no brackets.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 45, let gap = Self.gap(in: bytes) else { return nil }
    switch gap {
    case .none:
      guard let groups = Self.groups(bytes[...], endsAddress: true), groups.count == 8 else { return nil }
      self.init(groups: groups)
    case .at(let index):
      let tail = bytes[(index + 2)...]
      guard let before = Self.groups(bytes[..<index], endsAddress: false),
        let after = Self.groups(tail, endsAddress: true), before.count + after.count <= 7
      else { return nil }
      let zeros = [UInt16](repeating: 0, count: 8 - before.count - after.count)
      self.init(groups: before + zeros + after)
    }
  }

  /// The canonical form of RFC 5952: lower case, the first longest run of zero groups as "::", and ::ffff:a.b.c.d.
  public var description: String {
    if let mappedAddress { return "::ffff:\(mappedAddress)" }
    let groups = groups
    guard let zeros = Self.longestZeroRun(groups) else { return Self.hexadecimal(groups[...]) }
    return Self.hexadecimal(groups[..<zeros.lowerBound]) + "::" + Self.hexadecimal(groups[zeros.upperBound...])
  }

  private enum Gap {
    case none
    case at(Int)
  }

  private init(groups: [UInt16]) {
    let halves = [groups.prefix(4), groups.dropFirst(4)].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    self.init(high: halves[0], low: halves[1])
  }

  /// Where the "::" is; nil when there are two (":::" counts as two).
  private static func gap(in bytes: [UInt8]) -> Gap? {
    let colon = UInt8(ascii: ":")
    let places = bytes.indices.dropLast().filter { bytes[$0] == colon && bytes[$0 + 1] == colon }
    guard places.count <= 1 else { return nil }
    return places.first.map { .at($0) } ?? Gap.none
  }

  /// The groups between colons; an IPv4 address may take the place of the last two where the address ends.
  private static func groups(_ bytes: ArraySlice<UInt8>, endsAddress: Bool) -> [UInt16]? {
    if bytes.isEmpty { return [] }
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if endsAddress, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let address = IPv4Address(String(decoding: part, as: UTF8.self)) else { return nil }
        groups += [UInt16(truncatingIfNeeded: address.value >> 16), UInt16(truncatingIfNeeded: address.value)]
      } else {
        guard let group = hexadecimalGroup(part) else { return nil }
        groups.append(group)
      }
    }
    return groups
  }

  private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > longest.count { longest = start..<(index + 1) }
    }
    return longest.count >= 2 ? longest : nil
  }

  private static func hexadecimal(_ groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }
}
