// SPDX-License-Identifier: Apache-2.0
public import Capture
internal import Wire

/// What `toa capture` answers.
public struct CaptureDocument: Document {
  /// One connection.
  public struct Connection: Encodable, Sendable {
    /// When its SYN came, in nanoseconds since 1970.
    public let time: Int64
    /// Who connected.
    public let balancer: String
    /// Where to.
    public let server: String
    /// What it comes to.
    public let cause: HandshakeCause
    /// Who has to act.
    public let owner: OrNull<Owner>
    /// The same in a sentence.
    public let observed: String
    /// The client that an option names.
    public let client: OrNull<String>
    /// Kind and length of that option.
    public let option: OrNull<String>
    /// The segment that carries it.
    public let segment: OrNull<HandshakeVerdict.Place>
    /// Its SYN.
    public let syn: Segment
    /// The server's SYN/ACK.
    public let answer: OrNull<Segment>
    /// The segment that completed the handshake.
    public let completing: OrNull<Segment>
    /// What came behind it.
    public let later: [Segment]

    init(_ handshake: Handshake, _ verdict: HandshakeVerdict) {
      time = handshake.syn.time
      balancer = "\(handshake.balancer)"
      server = "\(handshake.server)"
      cause = verdict.cause
      owner = OrNull(verdict.cause.owner)
      observed = verdict.sentence
      client = OrNull(verdict.found.map { "\($0.client)" })
      option = OrNull(verdict.found.map { "\($0.format)" })
      segment = OrNull(verdict.found?.place)
      syn = Segment(handshake.syn)
      answer = OrNull(handshake.answer.map(Segment.init))
      completing = OrNull(handshake.completing.map(Segment.init))
      later = handshake.later.map(Segment.init)
    }
  }

  /// One segment.
  public struct Segment: Encodable, Sendable {
    /// The byte with its control bits.
    public let flags: UInt8
    /// Sequence number.
    public let sequence: UInt32
    /// Bytes of data.
    public let payload: Int
    /// Bytes of options, of 40.
    public let optionBytes: Int
    /// Each option as kind and length.
    public let options: [String]
    /// The maximum segment size that it offers.
    public let mss: OrNull<Int>

    init(_ segment: CapturedSegment) {
      flags = segment.flags.rawValue
      sequence = segment.sequence
      payload = segment.payloadLength
      optionBytes = segment.optionLength
      options = segment.options.options.map { "\($0.kind)/\($0.bytes.count)" }
      mss = OrNull(segment.maximumSegmentSize)
    }
  }

  /// Shape of the document.
  public let schema = "toa.capture/1"
  /// The profile that was judged by.
  public let profile: String
  /// The prefixes that were believed.
  public let trusted: String
  /// How many connections came to what.
  public let causes: [String: Int]
  /// Packets that were lost because they were not read in time.
  public let lost: Int
  /// Segments of connections that began before the capture.
  public let segmentsWithoutSYN: Int
  /// What to do, most useful first.
  public let next: [String]
  /// Every connection.
  public let connections: [Connection]
}
