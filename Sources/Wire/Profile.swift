// SPDX-License-Identifier: Apache-2.0

/// Which options are read, where they are looked for and which socket calls are answered, as `--profile` and the module's parameter
/// `profile` write it: words, applied from left to right, of which one with `-` before it is taken away again.
public struct Profile: Sendable, Hashable {
  /// A vendor's getsockopt(2) call at level IPPROTO_IP.
  public enum SocketCall: Int, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// 20 bytes with the IPv6 client of an AF_INET socket: DPVS, Tencent, Huawei.
    case nat64Peer = 4096
    /// 20 bytes with the client of either family: Kingsoft.
    case ttmPeer = 1345

    /// "4096".
    public var description: String { String(rawValue) }
  }

  /// What is done beyond reading the segment that completes the handshake.
  public enum Behaviour: String, Sendable, Hashable, CaseIterable {
    /// Also read the bare ACK that TCP_DEFER_ACCEPT swallows.
    case deferred
    /// Also read an option that comes after a segment without it has made the socket.
    case late
    /// Also read the SYN.
    case syn
    /// Of several options in one segment the last one counts.
    case last
  }

  /// The most options that the kernel side keeps (TOA_MAX_OPTIONS).
  public static let maximumOptions = 16
  /// The most bytes of text that the kernel side keeps (TOA_PROFILE_MAX_LENGTH).
  public static let maximumLength = 1000

  /// The words as they were given.
  public let words: [String]
  /// The options, in the order in which the words gave them, and which of several counts.
  public let options: OptionTable
  /// The socket calls that are answered.
  public let socketCalls: Set<SocketCall>
  /// What else is done.
  public let behaviours: Set<Behaviour>

  /// `default`, which the kernel side has without being told.
  public static let standard = Profile(constant: "default")

  /// Reads words between commas or white space, as the module does.
  public init(parsing text: String) throws(ProfileError) {
    let words = text.split { Self.separators.contains($0) }.map(String.init)
    var reader = ProfileReader()
    for word in words { try reader.apply(word[...]) }
    guard reader.formats.contains(where: { $0.layout != nil }) else { throw .noClient }
    guard text.utf8.count <= Self.maximumLength else { throw .tooLong(text.utf8.count) }
    self.init(words, reader)
  }

  private static let separators: Set<Character> = [",", " ", "\t", "\r", "\n", "\r\n"]

  /// Reads a text that is known to be right; the test of `standard` holds it to that.
  private init(constant text: String) {
    var reader = ProfileReader()
    try? reader.apply(text[...])
    self.init([text], reader)
  }

  private init(_ words: [String], _ reader: ProfileReader) {
    self.words = words
    options = OptionTable(reader.formats, choice: reader.behaviours.contains(.last) ? .last : .first)
    socketCalls = reader.socketCalls
    behaviours = reader.behaviours
  }

  /// Whether both do the same, however they are written. The order of options means nothing: that of the segment counts.
  public func isSame(as other: Profile) -> Bool {
    Set(options.formats) == Set(other.options.formats) && socketCalls == other.socketCalls
      && behaviours == other.behaviours
  }

  /// The words that say all of it without the name of a profile: "254/8,200/8,4096,late".
  public var expansion: [String] {
    options.formats.map(\.word) + sortedSocketCalls.map(\.description)
      + Behaviour.allCases.filter { behaviours.contains($0) }.map(\.rawValue)
  }

  /// The socket calls in the order in which they are always listed.
  public var sortedSocketCalls: [SocketCall] { SocketCall.allCases.filter { socketCalls.contains($0) } }
}

extension Profile: CustomStringConvertible {
  /// The words with commas, which need no quotes in modprobe.d and shells: the value of the module's parameter.
  public var description: String { words.joined(separator: ",") }
}
