// SPDX-License-Identifier: Apache-2.0

/// A directive of nginx's configuration, with what is in its braces.
struct NginxDirective: Sendable, Equatable {
  let line: ProxyConfiguration.Line
  /// Its name and parameters.
  let words: [ConfiguredWord]
  /// Nil without braces.
  var block: [NginxDirective]?

  var name: String { words.first?.text ?? "" }

  /// Reads a file into directives; `include` is not followed.
  static func read(_ text: String, _ path: String) -> [NginxDirective] {
    var reader = NginxReader(text: Array(text), path: path)
    return reader.directives()
  }
}

/// Cuts the text into words and braces (nginx's src/core/ngx_conf_file.c has these rules).
private struct NginxReader {
  private enum Token { case word(ConfiguredWord), open, close, end }

  let text: [Character]
  let path: String
  private var position = 0
  private var number = 1

  init(text: [Character], path: String) { (self.text, self.path) = (text, path) }

  /// The directives up to the brace that closes them, or the end.
  mutating func directives() -> [NginxDirective] {
    var found: [NginxDirective] = []
    var words: [ConfiguredWord] = []
    var first = 1
    func line() -> ProxyConfiguration.Line {
      ProxyConfiguration.Line(path: path, number: first, text: words.map(\.text).joined(separator: " "))
    }
    while let token = next() {
      switch token {
      case .word(let word):
        if words.isEmpty { first = number }
        words.append(word)
      case .end:
        if !words.isEmpty { found.append(NginxDirective(line: line(), words: words, block: nil)) }
        words = []
      case .open:
        let head = line()
        found.append(NginxDirective(line: head, words: words, block: directives()))
        words = []
      case .close: return found
      }
    }
    return found
  }

  private mutating func next() -> Token? {
    while position < text.count {
      let character = text[position]
      switch character {
      case " ", "\t", "\r": position += 1
      case "\n", "\r\n":
        number += 1
        position += 1
      case "#": while position < text.count, !text[position].isNewline { position += 1 }
      case ";", "{", "}":
        position += 1
        return character == ";" ? .end : character == "{" ? .open : .close
      default: return .word(word())
      }
    }
    return nil
  }

  private mutating func word() -> ConfiguredWord {
    var word = ConfiguredWord(text: "")
    let quote: Character? = text[position] == "'" || text[position] == "\"" ? text[position] : nil
    if quote != nil { position += 1 }
    while position < text.count {
      let character = text[position]
      if character == "\\", position + 1 < text.count {
        word.text.append(text[position + 1])
        position += 2
        continue
      }
      if let quote {
        if character == quote {
          position += 1
          break
        }
      } else if " \t\r\n;{".contains(character) || character.isNewline {
        // "${name}" is part of a word.
        guard character == "{", word.text.hasSuffix("$") else { break }
      }
      if character.isNewline { number += 1 }
      if character == "$" { word.hasVariable = true }
      word.text.append(character)
      position += 1
    }
    return word
  }
}
