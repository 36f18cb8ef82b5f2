// SPDX-License-Identifier: Apache-2.0
public import Wire

/// How one TCP connection began, as seen at the server: what the balancer sent until its first data, and the server's answer.
public struct Handshake: Sendable, Hashable {
  /// Most segments of the balancer that are kept behind the one that completes the handshake.
  static let maximumLater = 4

  /// Who connects: the load balancer, where there is one.
  public let balancer: Endpoint
  /// Where it connects to.
  public let server: Endpoint
  /// The SYN.
  public let syn: CapturedSegment
  /// The server's SYN/ACK; nil when none was seen.
  public internal(set) var answer: CapturedSegment?
  /// The first segment of the balancer with ACK, which completes the handshake; nil when none was seen.
  public internal(set) var completing: CapturedSegment?
  /// What the balancer sent behind it, the first few in the order of their arrival.
  public internal(set) var later: [CapturedSegment] = []
  /// Who reset the connection before that was decided.
  public internal(set) var resetBy: Endpoint?

  init(syn: CapturedSegment) {
    balancer = syn.source
    server = syn.destination
    self.syn = syn
  }

  /// The first segment of the balancer that carries data behind the SYN; nil when none was seen.
  public var firstData: CapturedSegment? {
    ([completing].compactMap { $0 } + later).first { $0.payloadLength > 0 }
  }

  /// Whether the server took data out of the SYN (RFC 7413), so that the SYN made the socket.
  public var isFastOpen: Bool {
    guard let answer, syn.payloadLength > 0 else { return false }
    return answer.acknowledgment == syn.sequence &+ 1 &+ UInt32(syn.payloadLength)
  }

  /// When the last segment came, in nanoseconds since 1970.
  public var lastTime: Int64 {
    ([syn, answer, completing].compactMap { $0 } + later).map(\.time).max() ?? syn.time
  }

  /// Whether nothing that may come can change what is said of it.
  var isDecided: Bool {
    if resetBy != nil || later.count == Self.maximumLater { return true }
    return completing != nil && ([completing].compactMap { $0 } + later).contains { $0.flags.contains(.fin) }
  }
}
