// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A word of a proxy's configuration, without its quotes.
struct ConfiguredWord: Sendable, Equatable {
  var text: String
  /// Whether it has variables, whose values only the proxy knows.
  var hasVariable = false
}

/// Cuts lines of haproxy's configuration into words (its configuration manual, 2.2 and 2.3).
enum HAProxyWords {
  /// The words of one line, without a comment.
  static func split(_ line: some StringProtocol) -> [ConfiguredWord] {
    var words: [ConfiguredWord] = []
    var word: ConfiguredWord?
    var quote: Character?
    var isEscaped = false
    func begun(_ word: ConfiguredWord?) -> ConfiguredWord { word ?? ConfiguredWord(text: "") }
    for character in line {
      if isEscaped {
        word = begun(word)
        word?.text.append(character)
        isEscaped = false
        continue
      }
      switch (character, quote) {
      case ("\\", nil), ("\\", "\""): isEscaped = true
      case ("'", nil), ("\"", nil):
        word = begun(word)
        quote = character
      case (let character, let open?) where character == open: quote = nil
      case ("#", nil):
        if let word { words.append(word) }
        return words
      case (" ", nil), ("\t", nil), ("\r", nil):
        if let word { words.append(word) }
        word = nil
      default:
        word = begun(word)
        word?.text.append(character)
        // Within an address a variable counts without quotes as well.
        if character == "$", quote != "'" { word?.hasVariable = true }
      }
    }
    if let word { words.append(word) }
    return words
  }
}

/// Where a proxy listens or connects: "10.0.0.5:80", "[2001:db8::5]:80", ":::443", "*:8000-8010", "web1:80".
struct ProxyPlace: Sendable, Equatable {
  /// As it was written, without the prefix that names its kind.
  let text: String
  /// Nil for a name, and where variables decide; unspecified for "*" and nothing.
  let address: IPAddress?
  /// Nil where none is said, and where variables decide.
  let ports: ClosedRange<UInt16>?

  /// Reads a word; nil for what is no place of the network, as a path is.
  init?(_ word: ConfiguredWord) {
    var text = word.text[...]
    var isV6 = false
    if let at = text.firstIndex(of: "@") {
      let kind = text[..<at]
      guard
        !["unix", "abns", "abnsz", "fd", "sockpair", "udp", "udp4", "udp6", "quic4", "quic6", "rhttp", "rev"]
          .contains(kind)
      else { return nil }
      isV6 = kind.hasSuffix("6")
      text = text[text.index(after: at)...]
    }
    guard !text.hasPrefix("/"), !text.hasPrefix("unix:") else { return nil }
    self.text = String(text)
    let (host, port) = Self.cut(text)
    ports = Self.range(port)
    let unspecified: IPAddress = isV6 ? .v6(IPv6Address(high: 0, low: 0)) : .v4(IPv4Address(0))
    address = host.isEmpty || host == "*" ? unspecified : IPAddress(String(host))
  }

  /// The port stands behind the last colon, an IPv6 address perhaps in brackets.
  private static func cut(_ text: Substring) -> (host: Substring, port: Substring) {
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let rest = text[text.index(after: end)...]
      return (text[text.index(after: text.startIndex)..<end], rest.hasPrefix(":") ? rest.dropFirst() : "")
    }
    guard let colon = text.lastIndex(of: ":") else { return (text, "") }
    return (text[..<colon], text[text.index(after: colon)...])
  }

  private static func range(_ text: Substring) -> ClosedRange<UInt16>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    // "+1000" is so far from the client's port.
    guard !text.hasPrefix("+"), (1...2).contains(ends.count), let first = UInt16(ends[0]), first > 0 else { return nil }
    guard ends.count == 2 else { return first...first }
    return UInt16(ends[1]).flatMap { $0 >= first ? first...$0 : nil }
  }
}
