// SPDX-License-Identifier: Apache-2.0

/// A text with @NAME@ placeholders; both a placeholder without a value and a value without a placeholder are errors.
public struct Template: Sendable, Equatable {
  /// What errors call it.
  public let name: String
  /// The text.
  public let text: String

  /// Creates a template from its text.
  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }

  /// The carried template at `path` below templates/ ("deb/modules.postinst").
  public init(carried path: String) throws(PackagingError) {
    guard let file = CarriedFile.named("templates/" + path) else { throw .missingTemplate(path) }
    self.init(name: path, text: file.text)
  }

  /// The text with each @NAME@ replaced. Values are put in as they are, so the caller has checked them.
  public func filled(_ values: [String: String]) throws(PackagingError) -> String {
    var result = ""
    var used: Set<String> = []
    var rest = text[...]
    while let sign = rest.firstIndex(of: "@") {
      result += rest[..<sign]
      let after = rest[rest.index(after: sign)...]
      let placeholder = after.prefix(while: Self.isPartOfName)
      guard let first = placeholder.first, first.isLetter, after[placeholder.endIndex...].first == "@" else {
        result += "@"
        rest = after
        continue
      }
      guard let value = values[String(placeholder)] else {
        throw .unfilled(placeholder: String(placeholder), template: name)
      }
      result += value
      used.insert(String(placeholder))
      rest = after[placeholder.endIndex...].dropFirst()
    }
    if let unused = values.keys.filter({ !used.contains($0) }).min() {
      throw .unused(placeholder: unused, template: name)
    }
    return result + rest
  }

  private static func isPartOfName(_ character: Character) -> Bool {
    switch character {
    case "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }
}
