// SPDX-License-Identifier: Apache-2.0
public import Wire

/// Finds the beginnings of connections in a stream of segments. Connections that began before the capture are counted and left out.
/// Connections that this host opens are left out, and one that passes several interfaces is taken from the first.
public struct HandshakeTracker: Sendable {
  /// Most handshakes that are followed at a time; the oldest goes first.
  public static let maximumOpen = 65_536
  /// How long a handshake waits for what may come, in nanoseconds: for data behind the ACK, and for an ACK or SYN/ACK.
  static let waitForData: Int64 = 1_000_000_000
  static let waitForAnswer: Int64 = 5_000_000_000
  /// How long after the first data an option may still come: an ACK that was overtaken.
  static let waitForOvertaken: Int64 = 200_000_000

  private struct Key: Hashable {
    let balancer: Endpoint
    let server: Endpoint
  }

  private let accepts: @Sendable (Endpoint) -> Bool
  private var open: [Key: Handshake] = [:]
  /// Keys in the order of their SYNs; some may be gone.
  private var order: [Key] = []
  private var settled: Set<Key> = []
  /// When to look for handshakes that have waited long enough, so that not every segment looks at all of them.
  private var nextLook = Int64.min
  /// Segments of connections whose SYN was not seen.
  public private(set) var segmentsWithoutSYN = 0

  /// Creates a tracker of connections to the endpoints that `accepts` says yes to.
  public init(to accepts: @escaping @Sendable (Endpoint) -> Bool = { _ in true }) { self.accepts = accepts }

  /// Takes the next segment and returns the handshakes about which all is known by now, in the order of their SYNs.
  public mutating func take(_ segment: CapturedSegment) -> [Handshake] {
    var done = expire(at: segment.time)
    if segment.flags.isSuperset(of: [.syn, .ack]) {
      answer(segment)
    } else if segment.flags.contains(.syn) {
      if !segment.isOutgoing, accepts(segment.destination) { done += start(segment) }
    } else {
      done += follow(segment)
    }
    return done
  }

  /// Gives up on handshakes that have waited long enough at this time, in nanoseconds since 1970.
  public mutating func expire(at time: Int64) -> [Handshake] {
    guard time >= nextLook else { return [] }
    nextLook = time + Self.waitForOvertaken / 4
    let old = order.filter { key in open[key].map { $0.lastTime + Self.patience(with: $0) <= time } ?? false }
    return old.compactMap { remove($0) }
  }

  /// Gives up on all of them: the capture is over.
  public mutating func finish() -> [Handshake] { order.compactMap { remove($0) } }

  private static func patience(with handshake: Handshake) -> Int64 {
    if handshake.completing == nil { return waitForAnswer }
    return handshake.firstData == nil ? waitForData : waitForOvertaken
  }

  private mutating func start(_ syn: CapturedSegment) -> [Handshake] {
    let key = Key(balancer: syn.source, server: syn.destination)
    var done: [Handshake] = []
    if let known = open[key] {
      // The same SYN again, or on another interface.
      if known.syn.sequence == syn.sequence { return [] }
      done += [remove(key)].compactMap { $0 }
    }
    if open.count >= Self.maximumOpen, let oldest = order.first(where: { open[$0] != nil }) {
      done += [remove(oldest)].compactMap { $0 }
    }
    settled.remove(key)
    open[key] = Handshake(syn: syn)
    order.append(key)
    return done
  }

  private mutating func answer(_ segment: CapturedSegment) {
    let key = Key(balancer: segment.destination, server: segment.source)
    guard var handshake = open[key], handshake.answer == nil,
      segment.acknowledgment &- handshake.syn.sequence &- 1 <= UInt32(handshake.syn.payloadLength)
    else { return }
    handshake.answer = segment
    open[key] = handshake
  }

  private mutating func follow(_ segment: CapturedSegment) -> [Handshake] {
    let key = Key(balancer: segment.source, server: segment.destination)
    guard var handshake = open[key] else {
      let back = Key(balancer: segment.destination, server: segment.source)
      if open[back] != nil {
        guard segment.flags.contains(.rst) else { return [] }
        open[back]?.resetBy = segment.source
        return [remove(back)].compactMap { $0 }
      }
      if !settled.contains(key), !settled.contains(back), accepts(segment.destination) { segmentsWithoutSYN += 1 }
      return []
    }
    guard segment.interface == handshake.syn.interface else { return [] }
    if segment.flags.contains(.rst) {
      handshake.resetBy = segment.source
    } else if segment.flags.contains(.ack) {
      if handshake.completing == nil { handshake.completing = segment } else { handshake.later.append(segment) }
    }
    open[key] = handshake
    return handshake.isDecided ? [remove(key)].compactMap { $0 } : []
  }

  private mutating func remove(_ key: Key) -> Handshake? {
    guard let handshake = open.removeValue(forKey: key) else { return nil }
    if settled.count >= Self.maximumOpen { settled.removeAll(keepingCapacity: true) }
    settled.insert(key)
    if order.count > 2 * open.count + 64 { order.removeAll { open[$0] == nil } }
    return handshake
  }
}
