// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import SelfTest
internal import Wire

/// What `toa selftest --against` answers.
public struct PathDocument: Document {
  /// One crafted connection.
  public struct Probe: Encodable, Sendable {
    /// Stable name.
    public let name: String
    /// "254/8"; null without an option.
    public let option: OrNull<String>
    /// Whether the other side reads it, or it was asked for.
    public let matters: Bool
    /// Which segment has it: "ack", "data", "both", "fin".
    public let place: String
    /// "arrived", "stalled", "unanswered", "reset" or "too-large".
    public let outcome: String
    /// Whether the option arrived as it was sent; null where that is not known.
    public let optionArrived: OrNull<Bool>
    /// Whether accept(2) and getpeername(2) gave the client; null where that is not known.
    public let clientNamed: OrNull<Bool>
    /// What accept(2) gave over there; null when the connection did not arrive.
    public let accepted: OrNull<String>
    /// Where it came from, as seen there; null when that is not known.
    public let source: OrNull<String>

    init(_ result: PathResult, matters: Bool) {
      self.matters = matters
      let probe = result.probe
      var seen: PathSighting?
      if case .arrived(let sighting) = result.outcome { seen = sighting }
      name = probe.name
      option = OrNull(probe.format?.description)
      place = probe.place.rawValue
      outcome = result.outcome.word
      optionArrived = OrNull(result.keptOption)
      clientNamed = OrNull(result.namedClient)
      accepted = OrNull(seen?.accepted?.description)
      source = OrNull(seen?.source?.description)
    }
  }

  /// Something that is wrong.
  public struct Finding: Encodable, Sendable {
    /// A stable word.
    public let cause: PathCause
    /// Who has to act; null when nobody has to.
    public let owner: OrNull<String>
    /// The cause in a sentence.
    public let verdict: String
    /// What to do, most useful first.
    public let next: [String]
  }

  /// Shape of the document.
  public let schema = "toa.path/1"
  /// Whether every option that matters came through and named its client.
  public let passed: Bool
  /// This host's address and the other side's.
  public let local: String
  /// The other side.
  public let remote: String
  /// The other side's backend, "ebpf/0.1.0"; null when it has none.
  public let backend: OrNull<String>
  /// The options that the other side reads.
  public let profile: String
  /// The maximum segment size that the other side offers; null when no crafted SYN was answered.
  public let maximumSegmentSize: OrNull<Int>
  /// Bytes of the largest packet that came through, where a full one did not; null otherwise.
  public let largestPacket: OrNull<Int>
  /// What was found, the first being the one to begin with.
  public let findings: [Finding]
  /// What is no fault, and good to know.
  public let notes: [String]
  /// Every crafted connection.
  public let probes: [Probe]

  init(_ verdict: PathVerdict) {
    let report = verdict.report
    passed = verdict.findings.allSatisfy { $0.cause == .works }
    local = "\(report.local.address)"
    remote = "\(report.remote)"
    backend = OrNull(report.host.backend)
    profile = report.host.profile
    maximumSegmentSize = OrNull(report.maximumSegmentSize)
    largestPacket = OrNull(report.largestPacket)
    findings = verdict.findings.map { found in
      Finding(
        cause: found.cause, owner: OrNull(found.cause.owner?.rawValue), verdict: found.sentence, next: found.next)
    }
    notes = verdict.notes
    probes = report.results.map { Probe($0, matters: verdict.matters($0.probe)) }
  }
}

extension PathOutcome {
  /// A stable word.
  var word: String {
    switch self {
    case .arrived: "arrived"
    case .stalled: "stalled"
    case .unanswered: "unanswered"
    case .reset: "reset"
    case .tooLarge: "too-large"
    }
  }
}
