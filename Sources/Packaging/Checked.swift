// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Checks of values before they go into control files, scripts and paths. Each returns the value or throws.
enum Checked {
  /// A kernel release: one path component that needs no quoting in a shell.
  static func kernel(_ value: String) throws(PackagingError) -> String {
    try value.checked("kernel release", extra: "._+~-", first: "")
  }

  /// A package name: by Debian policy 5.6.1, or as rpmbuild takes it.
  static func packageName(_ value: String, _ format: PackageFormat) throws(PackagingError) -> String {
    guard format == .deb else { return try value.checked("package name", extra: "._+-", first: "") }
    guard value.utf8.count > 1, value == value.lowercased(), !value.contains("_") && !value.contains("~") else {
      throw .invalid(place: "package name", value: value)
    }
    return try value.checked("package name", extra: "+.-", first: "")
  }

  /// A version without an epoch by Debian policy 5.6.12.
  static func version(_ value: String) throws(PackagingError) -> String {
    guard value.first?.isWholeNumber == true else { throw .invalid(place: "package version", value: value) }
    return try value.checked("package version", extra: ".+~-", first: "")
  }

  /// The version in a relation, perhaps with an epoch. rpm's has one dash at most, and underscores.
  static func relationVersion(_ value: String, _ format: PackageFormat) throws(PackagingError) -> String {
    let dashes = value.count { $0 == "-" }
    guard value.first?.isWholeNumber == true, format == .deb || dashes < 2 else {
      throw .invalid(place: "package version", value: value)
    }
    return try value.checked("package version", extra: format == .deb ? ".+~:-" : "._+~^:-", first: "")
  }

  /// An architecture as dpkg or rpm calls it.
  static func architecture(_ value: String) throws(PackagingError) -> String {
    try value.checked("architecture", extra: "-_", first: "")
  }

  /// 64 hexadecimal digits.
  static func sha256(_ value: String) throws(PackagingError) -> String {
    guard value.utf8.count == 64, value.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else {
      throw .invalid(place: "SHA-256", value: value)
    }
    return value
  }

  /// The value of the parameter `trusted` in modprobe.d, where blanks, quotes, # and \ have a meaning.
  static func trusted(_ value: String) throws(PackagingError) -> String {
    try value.checked("list of prefixes", extra: ".:/,", first: ":")
  }

  /// The value of the parameter `profile` in modprobe.d.
  static func profile(_ value: String) throws(PackagingError) -> String {
    try value.checked("profile", extra: "-/:@+,", first: "-")
  }

  /// One line of a control field.
  static func line(_ value: String, _ place: String) throws(PackagingError) -> String {
    guard let first = value.first, let last = value.last, !first.isWhitespace, !last.isWhitespace,
      value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { throw .invalid(place: place, value: value) }
    return value
  }
}

extension PackageField {
  /// The fields in which a package says what its settings are.
  static func settings(trusted: String?, profile: String?) throws(PackagingError) -> [PackageField] {
    var fields: [PackageField] = []
    if let trusted { fields.append(PackageField(name: "Toa-Trusted", value: try Checked.trusted(trusted))) }
    if let profile { fields.append(PackageField(name: "Toa-Profile", value: try Checked.profile(profile))) }
    return fields
  }
}

extension String {
  /// Self, when it begins with an ASCII letter or digit (or one of `first`) and has only those and `extra`.
  fileprivate func checked(_ place: String, extra: String, first: String) throws(PackagingError) -> String {
    func isPlain(_ character: Character) -> Bool { character.isASCII && (character.isLetter || character.isNumber) }
    guard let start = self.first, isPlain(start) || first.contains(start),
      allSatisfy({ isPlain($0) || extra.contains($0) })
    else { throw .invalid(place: place, value: self) }
    return self
  }
}
