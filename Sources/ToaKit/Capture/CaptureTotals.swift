// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Wire

/// What the connections of a capture come to, all together.
struct CaptureTotals {
  /// How many came to what.
  private(set) var counts: [HandshakeCause: Int] = [:]
  /// An example of each: the first.
  private(set) var examples: [HandshakeCause: (handshake: Handshake, verdict: HandshakeVerdict)] = [:]
  /// Sources that are not trusted.
  private(set) var untrusted: Set<String> = []

  mutating func add(_ handshake: Handshake, _ verdict: HandshakeVerdict) {
    counts[verdict.cause, default: 0] += 1
    if examples[verdict.cause] == nil { examples[verdict.cause] = (handshake, verdict) }
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
