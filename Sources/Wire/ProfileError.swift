// SPDX-License-Identifier: Apache-2.0

/// Why a text is no profile.
public enum ProfileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nothing that names a client is left: no word at all, or all options taken away.
  case noClient
  /// A word that is neither a profile, an option, a socket call nor a behaviour.
  case unknownWord(String)
  /// An option without a layout that is none of the known ones.
  case unknownOption(String)
  /// An option whose kind is not 2 to 255 or whose length is not 2 to 40.
  case badOption(String)
  /// An option whose layout is none.
  case badLayout(String)
  /// An option whose layout has a field outside of it, or two that overlap.
  case outside(String)
  /// An option that the text gives another layout before.
  case doubleMeaning(String, earlier: String)
  /// A `-` before something that cannot be taken away.
  case notRemovable(String)
  /// More options than the kernel side keeps.
  case tooManyOptions(String)
  /// More bytes than the kernel side keeps.
  case tooLong(Int)

  /// One clause, which names the word and what would be right.
  public var description: String {
    switch self {
    case .noClient: "no option in it names a client; \"default\" reads what most load balancers send"
    case .unknownWord(let word):
      "\"\(word)\" is not known; profiles: \(Self.profiles); behaviours: \(Self.behaviours); socket calls: \(Self.calls); "
        + "options: KIND/LENGTH"
    case .unknownOption(let word):
      "the layout of option \(word) is not known; known are \(Self.options); any other one is written "
        + "KIND/LENGTH:LAYOUT, such as \(word):ip4@4+port@2"
    case .badOption(let word):
      "\"\(word)\" is no option KIND/LENGTH with a kind from 2 to 255 and a length from 2 to \(TCPOptions.capacity)"
    case .badLayout(let word):
      "the layout of \"\(word)\" is neither ip4@OFFSET, ip6@OFFSET, one of these with +port@OFFSET behind it, nor none"
    case .outside(let word):
      "a field of \"\(word)\" lies outside of the option or on another one: offsets count from the kind byte and are 2 or "
        + "more; ip4 takes 4 bytes, ip6 16 and port 2"
    case .doubleMeaning(let word, let earlier): "\"\(word)\" contradicts \"\(earlier)\", which stands before it"
    case .notRemovable(let word):
      "\"\(word)\" takes nothing away: behind the minus stands KIND/LENGTH, a socket call (\(Self.calls)) or a behaviour "
        + "(\(Self.behaviours))"
    case .tooManyOptions(let word):
      "\"\(word)\" is one option more than the \(Profile.maximumOptions) that the kernel side keeps"
    case .tooLong(let count): "\(count) bytes are more than the \(Profile.maximumLength) that the kernel side keeps"
    }
  }

  private static let profiles = VendorProfile.all.map(\.name).joined(separator: ", ")
  private static let behaviours = Profile.Behaviour.allCases.map(\.rawValue).joined(separator: ", ")
  private static let calls = Profile.SocketCall.allCases.map(\.description).joined(separator: ", ")
  private static let options = OptionFormat.known.map(\.description).joined(separator: ", ")
}
