// SPDX-License-Identifier: Apache-2.0
import Linux
public import Wire

/// One crafted connection over a network.
public struct PathProbe: Sendable, Equatable {
  /// Which segments carry the option.
  public enum Place: String, Sendable, Equatable, Codable {
    /// The bare ACK alone; the data follows without it.
    case ack
    /// The data, which completes the handshake.
    case data
    /// The bare ACK and the data.
    case both
    /// The data, which completes the handshake and ends the sender's side.
    case fin
  }

  /// Stable name: "option-254-8".
  public let name: String
  /// The option; nil for a connection without one.
  public let format: OptionFormat?
  /// Where it is.
  public let place: Place
  /// The client that the option names; one with port 0 keeps the sender's.
  public let client: Endpoint?
  /// Whether the data is as long as the maximum segment size allows, options counted.
  public let isFullSize: Bool

  /// Creates a probe; `number` makes its client one of its own.
  public init(
    _ name: String, _ format: OptionFormat? = nil, _ place: Place = .data, isFullSize: Bool = false, number: UInt16 = 0
  ) {
    self.name = name
    self.format = format
    self.place = place
    self.isFullSize = isFullSize
    client = format.map { format in
      let address = format.family == .v6 ? Scenario.clientV6.address : Scenario.client.address
      return Endpoint(address: address, port: format.layout?.portOffset == nil ? 0 : 34000 + number)
    }
  }

  /// The option's bytes, padded.
  var option: [UInt8] {
    guard let format, let client, let bytes = format.option(for: client)?.bytes else { return [] }
    return bytes + [UInt8](repeating: 1, count: (4 - bytes.count % 4) % 4)
  }

  /// What is sent: a control, each option, the handshakes with the option that matters most, and full segments.
  public static func all(_ formats: [OptionFormat], main: OptionFormat) -> [PathProbe] {
    var probes = [PathProbe("no-option")]
    probes += formats.enumerated().map { index, format in
      PathProbe("option-\(format.kind)-\(format.length)", format, number: UInt16(index))
    }
    for place in [Place.ack, .both, .fin] {
      probes.append(
        PathProbe("\(main.kind)-\(main.length)-on-\(place.rawValue)", main, place, number: UInt16(probes.count)))
    }
    return probes + [
      PathProbe("full-size", isFullSize: true),
      PathProbe("full-size-\(main.kind)-\(main.length)", main, isFullSize: true, number: UInt16(probes.count)),
    ]
  }
}

/// What became of a probe.
public enum PathOutcome: Sendable, Equatable {
  /// The other side's socket gave all of the data.
  case arrived(PathSighting)
  /// The handshake was answered, and the segments behind it never came out of the other side's socket.
  case stalled
  /// No answer to the SYN.
  case unanswered
  /// The connection was reset.
  case reset
  /// This host's own interface does not take a packet of that size.
  case tooLarge
}

/// A probe and what became of it.
public struct PathResult: Sendable, Equatable {
  /// What was sent.
  public let probe: PathProbe
  /// What became of it.
  public let outcome: PathOutcome

  /// Creates a result.
  public init(_ probe: PathProbe, _ outcome: PathOutcome) {
    self.probe = probe
    self.outcome = outcome
  }

  /// Whether the option came as it was sent; nil where there is none, or where the segment did not come.
  public var keptOption: Bool? {
    guard let format = probe.format, let client = probe.client, case .arrived(let seen) = outcome else { return nil }
    let bytes = probe.place == .ack ? seen.ackOptions : seen.dataOptions
    guard let bytes, case .client(let found, _) = OptionTable([format]).search(bytes) else { return false }
    return found == client
  }

  /// Whether accept(2) and getpeername(2) gave the client; nil where there is none, or where the connection did not come.
  public var namedClient: Bool? {
    guard let client = probe.client, case .arrived(let seen) = outcome else { return nil }
    return [seen.accepted, seen.name].allSatisfy { found in
      guard let found else { return false }
      let port = client.port == 0 ? seen.source?.port ?? found.port : client.port
      return found.address.unmapped == client.address && found.port == port
    }
  }
}

/// All that was found out about a network.
public struct PathReport: Sendable, Equatable {
  /// The other side.
  public let host: PathHost
  /// This side's address, as the other host should see it.
  public let local: Endpoint
  /// The other side's address.
  public let remote: Endpoint
  /// The maximum segment size that it offers; nil when no SYN was answered.
  public let maximumSegmentSize: Int?
  /// Bytes of the largest IP packet that came through, where one of the size that both sides believe in did not.
  public let largestPacket: Int?
  /// The probes in the order in which they were sent.
  public let results: [PathResult]

  /// Creates a report.
  public init(
    host: PathHost, local: Endpoint, remote: Endpoint, maximumSegmentSize: Int?, largestPacket: Int? = nil,
    results: [PathResult]
  ) {
    self.host = host
    self.local = local
    self.remote = remote
    self.maximumSegmentSize = maximumSegmentSize
    self.largestPacket = largestPacket
    self.results = results
  }
}

/// Why nothing could be found out.
public enum PathError: Error, Sendable, Equatable {
  /// Nothing listens there.
  case refused
  /// Nothing came back.
  case timeout
  /// The system knows no way there, or something on the way says that there is none: errno.
  case unreachable(errno: Int32)
  /// Something listens there that is not `toa selftest --listen`.
  case stranger
  /// The token is wrong.
  case wrongToken
  /// It is busy with another session.
  case busy
  /// It speaks another version of the protocol.
  case otherVersion
  /// It ended in the middle.
  case lost
  /// A system call failed here: which, and errno.
  case system(String, errno: Int32)
}

extension PathError {
  /// No thread could be started.
  init(_ error: ThreadError) { self = .system("starting a thread", errno: error.errno) }
}
