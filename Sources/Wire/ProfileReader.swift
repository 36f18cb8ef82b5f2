// SPDX-License-Identifier: Apache-2.0

/// What the words of a profile have given so far.
struct ProfileReader {
  private(set) var formats: [OptionFormat] = []
  private(set) var socketCalls: Set<Profile.SocketCall> = []
  private(set) var behaviours: Set<Profile.Behaviour> = []

  /// Applies one word.
  mutating func apply(_ word: Substring) throws(ProfileError) {
    if word.first == "-" {
      try remove(word)
    } else if let vendor = VendorProfile.named(word) {
      for inner in vendor.words { try apply(inner[...]) }
    } else if let behaviour = Profile.Behaviour(rawValue: String(word)) {
      behaviours.insert(behaviour)
    } else if let call = Self.socketCall(word) {
      socketCalls.insert(call)
    } else if word.contains("/") {
      try add(try Self.format(word), word)
    } else {
      throw .unknownWord(String(word))
    }
  }

  private mutating func add(_ format: OptionFormat, _ word: Substring) throws(ProfileError) {
    if let earlier = formats.first(where: format.isSamePair) {
      guard earlier == format else { throw .doubleMeaning(String(word), earlier: earlier.word) }
      return
    }
    guard formats.count < Profile.maximumOptions else { throw .tooManyOptions(String(word)) }
    formats.append(format)
  }

  /// What is not there is no error, so that one text can follow any profile.
  private mutating func remove(_ word: Substring) throws(ProfileError) {
    let name = word.dropFirst()
    if let behaviour = Profile.Behaviour(rawValue: String(name)) {
      behaviours.remove(behaviour)
    } else if let call = Self.socketCall(name) {
      socketCalls.remove(call)
    } else if name.contains("/"), !name.contains(":") {
      let (kind, length) = try Self.pair(name, in: word)
      formats.removeAll { $0.kind == kind && $0.length == length }
    } else {
      throw .notRemovable(String(word))
    }
  }

  private static func socketCall(_ word: Substring) -> Profile.SocketCall? {
    Profile.SocketCall.allCases.first { $0.description == word }
  }

  /// Reads KIND/LENGTH[:LAYOUT].
  private static func format(_ word: Substring) throws(ProfileError) -> OptionFormat {
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let (kind, length) = try pair(parts[0], in: word)
    guard parts.count == 2 else {
      guard let known = OptionFormat.known(kind: kind, length: length) else { throw .unknownOption(String(word)) }
      return known
    }
    var layout: OptionLayout?
    if parts[1] != "none" {
      layout = OptionLayout(String(parts[1]))
      if layout == nil { throw .badLayout(String(word)) }
    }
    guard let format = OptionFormat(kind: kind, length: length, layout: layout) else { throw .outside(String(word)) }
    return format
  }

  /// Reads KIND/LENGTH.
  private static func pair(
    _ text: Substring, in word: Substring
  ) throws(ProfileError) -> (kind: UInt8, length: UInt8) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { profileNumber($0, upTo: 255) }
    guard numbers.count == 2, let kind = numbers[0], let length = numbers[1], kind >= 2,
      (2...TCPOptions.capacity).contains(length)
    else { throw .badOption(String(word)) }
    return (UInt8(kind), UInt8(length))
  }
}

/// Reads a decimal number as the module does, which takes leading zeros.
func profileNumber(_ digits: Substring, upTo limit: Int) -> Int? {
  let significant = digits.utf8.drop { $0 == UInt8(ascii: "0") }
  return significant.isEmpty ? digits.isEmpty ? nil : 0 : decimal(significant, upTo: limit)
}
