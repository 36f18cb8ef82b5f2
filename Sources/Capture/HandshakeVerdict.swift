// SPDX-License-Identifier: Apache-2.0
public import Wire

/// What one handshake says of the client.
public struct HandshakeVerdict: Sendable, Hashable {
  /// Which segment carries the option.
  public enum Place: String, Sendable, Hashable, Codable {
    /// The SYN.
    case syn = "SYN"
    /// The bare ACK that completes the handshake.
    case ack = "ACK"
    /// The segment with data that completes the handshake.
    case ackWithData = "ACK+data"
    /// The segment with data and FIN that completes it.
    case ackWithFin = "ACK+data+FIN"
    /// The first data behind a bare ACK.
    case firstData = "first data"
    /// A later segment.
    case later
  }

  /// An option, and where it is.
  public struct Found: Sendable, Hashable {
    /// The client that it names.
    public let client: Endpoint
    /// Its kind and length.
    public let format: OptionFormat
    /// The segment.
    public let place: Place
  }

  /// What it comes to.
  public let cause: HandshakeCause
  /// The option that counts, or would count; nil when there is none.
  public let found: Found?
  /// The same in a sentence, with the figures.
  public let sentence: String
  /// Bytes by which segments from the balancer would have to be shorter for the option; 0 where that would not help.
  public let bytesNeeded: Int

  init(_ cause: HandshakeCause, _ sentence: String, found: Found? = nil, bytesNeeded: Int = 0) {
    self.cause = cause
    self.sentence = sentence
    self.found = found
    self.bytesNeeded = bytesNeeded
  }
}

/// What is read from which sources.
public struct HandshakeJudge: Sendable {
  /// The options that toa takes here, and where it looks.
  public let profile: Profile
  /// The sources that it believes.
  public let trusted: TrustList

  /// Creates a judge.
  public init(profile: Profile = .standard, trusted: TrustList = .standard) {
    self.profile = profile
    self.trusted = trusted
  }

  /// What a handshake says of the client.
  public func judge(_ handshake: Handshake) -> HandshakeVerdict {
    guard let completing = handshake.completing else { return unfinished(handshake) }
    guard !completing.isCutOff, !handshake.syn.isCutOff else {
      return HandshakeVerdict(
        .cutOff,
        "the capture kept \((completing.isCutOff ? completing : handshake.syn).optionBytes.count) bytes of the options; "
          + "take it with a longer snap length")
    }
    return inCompleting(handshake, completing) ?? inSYN(handshake) ?? inLater(handshake, completing)
      ?? ofOtherProfile(handshake, completing) ?? malformed(handshake, completing) ?? missing(handshake, completing)
  }

  private func unfinished(_ handshake: Handshake) -> HandshakeVerdict {
    if handshake.resetBy == handshake.server && handshake.answer == nil {
      return HandshakeVerdict(
        .unanswered, "the server refused the connection: nothing listens on port \(handshake.server.port)")
    }
    if handshake.answer == nil { return HandshakeVerdict(.unanswered, "the server sent no SYN/ACK") }
    let reset =
      handshake.resetBy == nil
      ? "" : "; it was reset by \(handshake.resetBy == handshake.server ? "the server" : "the other side")"
    return HandshakeVerdict(.unfinished, "no ACK followed the SYN/ACK\(reset): a probe, or a lost packet")
  }

  /// A verdict for an option that toa takes from a segment.
  private func taken(_ found: HandshakeVerdict.Found, from source: IPAddress) -> HandshakeVerdict {
    let text = "\(found.format) in the \(found.place.rawValue) names \(found.client)"
    guard trusted.contains(source.unmapped) else {
      return HandshakeVerdict(.untrusted, "\(text), but \(source) is not trusted", found: found)
    }
    return HandshakeVerdict(.delivered, text, found: found)
  }

  private func search(_ segment: CapturedSegment, _ place: HandshakeVerdict.Place) -> HandshakeVerdict.Found? {
    guard case .client(let client, let format) = profile.options.search(segment.optionBytes, isSYN: place == .syn)
    else { return nil }
    return HandshakeVerdict.Found(client: client, format: format, place: place)
  }

  private func place(_ completing: CapturedSegment) -> HandshakeVerdict.Place {
    if completing.payloadLength == 0 { return .ack }
    return completing.flags.contains(.fin) ? .ackWithFin : .ackWithData
  }

  private func inCompleting(_ handshake: Handshake, _ completing: CapturedSegment) -> HandshakeVerdict? {
    search(completing, place(completing)).map { taken($0, from: handshake.balancer.address) }
  }

  private func inSYN(_ handshake: Handshake) -> HandshakeVerdict? {
    guard let found = search(handshake.syn, .syn) else { return nil }
    if handshake.isFastOpen || profile.behaviours.contains(.syn) {
      return taken(found, from: handshake.balancer.address)
    }
    return HandshakeVerdict(
      .synOnly, "\(found.format) is in the SYN alone, which this profile does not read; it names \(found.client)",
      found: found)
  }

  private func inLater(_ handshake: Handshake, _ completing: CapturedSegment) -> HandshakeVerdict? {
    for segment in handshake.later where !segment.isCutOff {
      let overtaken =
        completing.payloadLength > 0 && segment.sequence == completing.sequence && segment.payloadLength == 0
      let place: HandshakeVerdict.Place = segment == handshake.firstData ? .firstData : .later
      guard let found = search(segment, place) else { continue }
      if profile.behaviours.contains(.late) { return taken(found, from: handshake.balancer.address) }
      if overtaken {
        return HandshakeVerdict(
          .overtaken,
          "the ACK with \(found.format), which names \(found.client), came behind \(completing.payloadLength) bytes of data "
            + "that had completed the handshake", found: found)
      }
      return HandshakeVerdict(
        .late,
        "\(found.format) came with the \(found.place == .firstData ? "first data" : "next segments") and not with the "
          + "\(self.place(completing).rawValue) that completed the handshake; it names \(found.client)", found: found)
    }
    return nil
  }

  /// Segments that could have brought an option, in the order in which it would count.
  private func candidates(_ handshake: Handshake, _ completing: CapturedSegment) -> [CapturedSegment] {
    [completing, handshake.syn] + handshake.later
  }

  private func ofOtherProfile(_ handshake: Handshake, _ completing: CapturedSegment) -> HandshakeVerdict? {
    let known = OptionTable(OptionFormat.known)
    for segment in candidates(handshake, completing) {
      guard case .client(let client, let format) = known.search(segment.optionBytes, isSYN: segment == handshake.syn)
      else { continue }
      let readers = VendorProfile.all.filter { $0.words.contains(format.word) }.map(\.name)
      let advice = readers.isEmpty ? "" : "; profile \(readers.joined(separator: ", ")) reads it"
      let place: HandshakeVerdict.Place =
        segment == completing ? self.place(completing) : segment == handshake.syn ? .syn : .later
      return HandshakeVerdict(
        .otherProfile, "\(format) names \(client), and the profile \(profile) does not read it\(advice)",
        found: HandshakeVerdict.Found(client: client, format: format, place: place))
    }
    return nil
  }

  private func malformed(_ handshake: Handshake, _ completing: CapturedSegment) -> HandshakeVerdict? {
    for segment in candidates(handshake, completing) {
      switch profile.options.search(segment.optionBytes, isSYN: segment == handshake.syn) {
      case .client, .absent: continue
      case .unusable(let format):
        return HandshakeVerdict(.malformed, "\(format) names an address or a port that no client has")
      case .wrongLength(let kind, let length):
        let seen = length.map { "has a length of \($0)" } ?? "is cut off by the end of the header"
        return HandshakeVerdict(.malformed, "an option of kind \(kind) \(seen)")
      case .tooMany(let count):
        return HandshakeVerdict(
          .malformed, "\(count) options name a client; more than \(OptionTable.maximumChained) are not believed")
      }
    }
    return nil
  }

  /// The bytes that the shortest option for a client of the balancer's family takes.
  private func bytesOfOption(_ handshake: Handshake) -> Int {
    let family: OptionLayout.Family = if case .v4 = handshake.balancer.address.unmapped { .v4 } else { .v6 }
    let formats = profile.options.clientFormats
    let lengths = formats.filter { $0.family == family }.map { Int($0.length) }
    let shortest = lengths.min() ?? formats.map { Int($0.length) }.min() ?? 8
    return (shortest + 3) / 4 * 4
  }

  private func missing(_ handshake: Handshake, _ completing: CapturedSegment) -> HandshakeVerdict {
    let needed = bytesOfOption(handshake)
    let shortest = profile.options.clientFormats.map { Int($0.length) }.min() ?? needed
    for segment in [completing] + handshake.later where segment.longestPadding >= shortest {
      return HandshakeVerdict(
        .stripped,
        "\(segment.longestPadding) bytes of padding stand among the options, as many as an option has: "
          + "something on the way replaces options that it does not know")
    }
    let free = TCPOptions.capacity - completing.optionLength
    if free < needed {
      return HandshakeVerdict(
        .headerFull,
        "\(completing.optionLength) of \(TCPOptions.capacity) option bytes are used (\(completing.optionUse)), "
          + "and an option needs \(needed)")
    }
    // The server's MSS counts data and options together (RFC 6691).
    if let limit = handshake.answer?.maximumSegmentSize, completing.payloadLength > 0 {
      let length = completing.payloadLength + completing.optionLength
      if length + needed > limit {
        return HandshakeVerdict(
          .segmentFull,
          "the handshake was completed by \(completing.payloadLength) bytes of data and \(completing.optionLength) of options: "
            + "\(limit - length) bytes under the MSS of \(limit), and an option needs \(needed)", bytesNeeded: needed)
      }
    }
    if completing.flags.contains(.fin), completing.payloadLength > 0 {
      return HandshakeVerdict(
        .finWithData,
        "the handshake was completed by FIN and \(completing.payloadLength) bytes of data, "
          + "to which some load balancers add no option")
    }
    return HandshakeVerdict(
      .notSent,
      "no option in the SYN, the \(place(completing).rawValue) or behind it, with \(free) of \(TCPOptions.capacity) bytes free"
    )
  }
}
