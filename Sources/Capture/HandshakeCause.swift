// SPDX-License-Identifier: Apache-2.0

/// What a handshake says of the client's address, and if nothing, why.
public enum HandshakeCause: String, Sendable, Hashable, Codable, CaseIterable {
  /// An option that toa takes is there, from a trusted source.
  case delivered
  /// It is there, from a source that is not trusted.
  case untrusted
  /// It is there in the SYN, which the profile does not read.
  case synOnly = "syn-only"
  /// It came behind data that had completed the handshake already: the ACK that carries it was overtaken.
  case overtaken
  /// It came later than the segment that completed the handshake.
  case late
  /// An option of a known kind is there, and names no client.
  case malformed
  /// An option that another profile reads is there.
  case otherProfile = "other-profile"
  /// No option; the header has no room for one.
  case headerFull = "header-full"
  /// No option; with one, the segment would be longer than the server allows.
  case segmentFull = "segment-full"
  /// No option, in a segment that opens, brings data and closes at once.
  case finWithData = "fin-with-data"
  /// Padding as long as an option stands where one would.
  case stripped
  /// No option, though there is room.
  case notSent = "not-sent"
  /// The server did not answer the SYN.
  case unanswered
  /// The handshake was never completed, or reset before.
  case unfinished
  /// The capture kept too little of the segment.
  case cutOff = "cut-off"

  /// Who has to act; nil where nobody has to.
  public var owner: Owner? {
    switch self {
    case .delivered, .unfinished, .cutOff: nil
    case .untrusted, .synOnly, .late, .overtaken, .otherProfile, .segmentFull, .unanswered: .host
    case .malformed, .headerFull, .finWithData, .notSent: .loadBalancer
    case .stripped: .network
    }
  }

  /// Whether the connection was opened whole, so that a client could have been named.
  public var isComplete: Bool { ![.unanswered, .unfinished, .cutOff].contains(self) }

  /// A few words for a table.
  public var summary: String {
    switch self {
    case .delivered: "client named"
    case .untrusted: "source not trusted"
    case .synOnly: "option only in the SYN"
    case .overtaken: "ACK with the option overtaken by data"
    case .late: "option after the handshake"
    case .malformed: "option names no client"
    case .otherProfile: "option of another profile"
    case .headerFull: "no room in the TCP header"
    case .segmentFull: "no room in the segment"
    case .finWithData: "FIN with the first data, no option"
    case .stripped: "option replaced by padding"
    case .notSent: "no option sent"
    case .unanswered: "SYN not answered"
    case .unfinished: "handshake not completed"
    case .cutOff: "capture too short"
    }
  }
}
