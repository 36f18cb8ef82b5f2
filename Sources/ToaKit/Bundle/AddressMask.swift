// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Puts names in the place of addresses, the same name for the same address in all texts: who talks to whom stays readable.
///
/// Left as they are: loopback and unspecified addresses, and the networks of the standard list of trusted sources, which are
/// everybody's.
struct AddressMask: Sendable {
  private var names: [String: String] = [:]
  private var counts: [String: Int] = [:]
  private let host: [UInt8]

  /// Creates a mask for a host called `host`, whose name is masked, too, where it stands alone.
  init(host: String) {
    let short = host.split(separator: ".").first.map(String.init) ?? ""
    // A name this short would be found in words that mean something else.
    self.host = short.utf8.count < 3 || short == "localhost" ? [] : Array(short.utf8)
  }

  /// The text with names instead of addresses.
  mutating func masked(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      guard Self.isWord(bytes[index]) else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let end = bytes[index...].firstIndex { !Self.isWord($0) } ?? bytes.count
      let isNetwork = end < bytes.count && bytes[end] == UInt8(ascii: "/")
      result += name(of: bytes[index..<end], isNetwork: isNetwork)
      index = end
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// What addresses, host names, versions and the like are made of.
  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private mutating func name(of word: ArraySlice<UInt8>, isNetwork: Bool) -> [UInt8] {
    // The end of a sentence is none of the address, nor is that of a label, unless the address ends with "::".
    let sentence = word.trimmed { $0 == UInt8(ascii: ".") }
    let label = word.trimmed { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    if !host.isEmpty, label.elementsEqual(host) || label.starts(with: host + [UInt8(ascii: ".")]) {
      return Array("host".utf8) + word[label.endIndex...]
    }
    for core in [sentence, label] {
      if let masked = masked(address: String(decoding: core, as: UTF8.self), isNetwork: isNetwork) {
        return Array(masked.utf8) + word[core.endIndex...]
      }
    }
    return Array(word)
  }

  /// nil when the text is no address, or one that stays.
  private mutating func masked(address text: String, isNetwork: Bool) -> String? {
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    if colons == 1, let colon = text.firstIndex(of: ":") {
      return masked(address: String(text[..<colon]), isNetwork: false).map { $0 + text[colon...] }
    }
    if colons == 5, text.utf8.count == 17, text.utf8.allSatisfy({ $0 != UInt8(ascii: ".") }), IPv6Address(text) == nil {
      let isHardware = text.split(separator: ":").allSatisfy { $0.utf8.count == 2 && UInt8($0, radix: 16) != nil }
      return isHardware ? name(for: text.lowercased(), "mac") : nil
    }
    let address: IPAddress
    if let v4 = IPv4Address(text) {
      address = .v4(v4)
    } else if colons >= 2, let v6 = IPv6Address(text) {
      address = .v6(v6)
    } else {
      return nil
    }
    guard !stays(address, isNetwork) else { return nil }
    let family = address.bytes.count == 4 ? "v4" : "v6"
    return name(for: "\(address)", TrustList.standard.contains(address) ? "private-\(family)" : "public-\(family)")
  }

  private func stays(_ address: IPAddress, _ isNetwork: Bool) -> Bool {
    if address.bytes.allSatisfy({ $0 == 0 }) { return true }
    switch address {
    case .v4(let address) where address.isLoopback: return true
    case .v6(let address) where address.isLoopback: return true
    default: return isNetwork && TrustList.standard.prefixes.contains { $0.address == address }
    }
  }

  private mutating func name(for address: String, _ kind: String) -> String {
    if let name = names[address] { return name }
    counts[kind, default: 0] += 1
    let name = "\(kind)-\(counts[kind] ?? 0)"
    names[address] = name
    return name
  }
}

extension ArraySlice<UInt8> {
  /// Without the bytes at its end that are meant.
  fileprivate func trimmed(_ isMeant: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    self[..<((lastIndex { !isMeant($0) }).map { $0 + 1 } ?? startIndex)]
  }
}
