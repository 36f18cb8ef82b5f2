// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Wire

/// What the connections of a capture come to, all together.
struct CaptureTotals: Sendable {
  /// How many came to what.
  private(set) var counts: [HandshakeCause: Int] = [:]
  /// An example of each: the first.
  private(set) var examples: [HandshakeCause: (handshake: Handshake, verdict: HandshakeVerdict)] = [:]
  /// Sources that are not trusted.
  private(set) var untrusted: Set<String> = []

  /// Connections of other hosts without an option over which the client sent data, by the server's port. Health checks of a balancer
  /// send none.
  private(set) var unnamed: [UInt16: Int] = [:]
  /// Connections of which one segment names several clients, and an example: "254/8 names 203.0.113.7:5555 and 253/8 ...".
  private(set) var stacked: (count: Int, example: String)?

  mutating func add(_ handshake: Handshake, _ verdict: HandshakeVerdict, _ profile: Profile) {
    counts[verdict.cause, default: 0] += 1
    if examples[verdict.cause] == nil { examples[verdict.cause] = (handshake, verdict) }
    if verdict.cause == .notSent, handshake.firstData != nil, !handshake.isLocal {
      unnamed[handshake.server.port, default: 0] += 1
    }
    let clients = handshake.completing?.clients(profile.options.formats) ?? []
    if Set(clients.map(\.client)).count > 1 {
      let names = clients.map { "\($0.format) names \($0.client)" }
      stacked = ((stacked?.count ?? 0) + 1, stacked?.example ?? names.joined(separator: ", "))
    }
    if verdict.cause == .untrusted { untrusted.insert("\(handshake.balancer.address.unmapped)") }
  }

  /// Connections that were opened whole.
  var complete: Int { counts.filter { $0.key.isComplete }.values.reduce(0, +) }

  /// Connections of which the client is known.
  var delivered: Int { counts[.delivered] ?? 0 }

  /// Causes that occurred, the most frequent first.
  var ranked: [HandshakeCause] {
    HandshakeCause.allCases.filter { counts[$0] != nil }.sorted { (counts[$0] ?? 0) > (counts[$1] ?? 0) }
  }

  /// The most frequent cause for which somebody has to act.
  var main: HandshakeCause? { ranked.first { $0 != .delivered && $0.isComplete } ?? ranked.first { $0.owner != nil } }
}

extension Handshake {
  /// Whether a program of the server's own host connected.
  fileprivate var isLocal: Bool { balancer.address.isLoopback || balancer.address == server.address }
}
