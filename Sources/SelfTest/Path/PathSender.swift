// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
public import Wire

/// What to send where.
public struct PathOptions: Sendable {
  /// Where the other side listens.
  public var remote: Endpoint
  /// What it printed.
  public var token: String
  /// The options to try; nil tries those of its profile and of every vendor's.
  public var formats: [OptionFormat]?
  /// Milliseconds until an answer is missed; doubled by networks that are slower than that.
  public var patience: Int

  /// Creates options.
  public init(remote: Endpoint, token: String, formats: [OptionFormat]? = nil, patience: Int = 200) {
    self.remote = remote
    self.token = token
    self.formats = formats
    self.patience = patience
  }

  /// The options of every vendor's profile that name a client, each once.
  public static let vendorFormats: [OptionFormat] = {
    let words = Set(VendorProfile.all.flatMap(\.words))
    return OptionFormat.known.filter { $0.layout != nil && words.contains($0.word) }
  }()
}

/// Sends crafted connections to a host that runs `runPathListener`, which agrees to it by its token, and returns what came of each. `tell`
/// gets each result at once. Nothing else is sent to that host, and nothing changes on this one. Needs CAP_NET_RAW.
public func runPathProbes(
  _ options: PathOptions, tell: @escaping @Sendable (PathResult) -> Void = { _ in }
) async throws(PathError) -> PathReport {
  try await onOwnThread("toa-against", unstarted: PathError.init) { () throws(PathError) in
    var sender = try PathSender(options)
    return try sender.run(tell)
  }
}

private struct PathSender: ~Copyable {
  private let options: PathOptions
  private var control: ControlConnection
  private let host: PathHost
  private let interval: Int
  private var maximumSegmentSize: Int?

  init(_ options: PathOptions) throws(PathError) {
    var control = try ControlConnection(to: options.remote)
    host = try control.greet(options.token)
    // Four times the round trip, when that is longer than what was asked for.
    interval = max(options.patience, 4 * control.roundTrip)
    self.options = options
    self.control = control
  }

  mutating func run(_ tell: (PathResult) -> Void) throws(PathError) -> PathReport {
    let own = (try? Profile(parsing: host.profile))?.options.clientFormats ?? []
    let formats = options.formats ?? own + PathOptions.vendorFormats.filter { !own.contains($0) }
    let main = formats.first { own.contains($0) && $0.family == .v4 } ?? formats.first ?? .classic(kind: 254)
    var results: [PathResult] = []
    var largest: Int?
    for probe in PathProbe.all(formats, main: main) {
      // What comes behind a lost control, or behind lost full segments, says nothing.
      if results.first?.outcome.isArrival == false { break }
      if probe.isFullSize, probe.format != nil, largest != nil { break }
      var outcome = try send(probe)
      if probe.isFullSize, probe.format == nil, outcome == .tooLarge {
        // The own interface is smaller than the other side's: then that is what both believe in.
        outcome = try send(probe, packet: control.maximumPacket)
      }
      if probe.isFullSize, probe.format == nil, outcome == .stalled { largest = try largestPacket() }
      results.append(PathResult(probe, outcome))
      tell(PathResult(probe, outcome))
    }
    return PathReport(
      host: host, local: control.local, remote: options.remote, maximumSegmentSize: maximumSegmentSize,
      largestPacket: largest, results: results)
  }

  /// The largest packet that comes through, to some bytes; 0 when not even 576 bytes do.
  private mutating func largestPacket() throws(PathError) -> Int {
    let probe = PathProbe("full-size", isFullSize: true)
    var (good, bad) = (0, (maximumSegmentSize ?? 1460) + headers)
    // The usual ones first: PPPoE, GRE, IPsec and VXLAN tunnels, IPv6's least.
    for size in [1492, 1476, 1450, 1400, 1280, 576] where size < bad && size > good {
      if try send(probe, packet: size, tries: 2).isArrival {
        good = size
        break
      }
      bad = size
    }
    while good > 0, bad - good > 4 {
      let middle = (good + bad) / 2
      if try send(probe, packet: middle, tries: 2).isArrival { good = middle } else { bad = middle }
    }
    return good
  }

  /// Bytes of IP and TCP header.
  private var headers: Int { if case .v4 = options.remote.address { 40 } else { 60 } }

  /// Sends one; `packet` is the size of the IP packet, else what the other side's maximum segment size allows.
  private mutating func send(_ probe: PathProbe, packet: Int? = nil, tries: Int = 4) throws(PathError) -> PathOutcome {
    let nonce = PathNonce()
    guard case .ready = try control.ask(.expect(nonce)) else { throw .lost }
    var connection = try CraftedConnection(from: control.local.address, to: options.remote)
    guard try connection.open(interval: interval) else { return connection.isReset ? .reset : .unanswered }
    maximumSegmentSize = connection.maximumSegmentSize
    var payload = Array((nonce.text + "\n").utf8)
    let onData = probe.place == .ack ? [] : probe.option
    if probe.isFullSize {
      let limit = packet.map { $0 - headers } ?? connection.maximumSegmentSize
      payload += [UInt8](repeating: 0x2e, count: max(0, limit - onData.count - payload.count))
    }
    let end = payload.count + (probe.place == .fin ? 1 : 0)
    defer { connection.reset(behind: end) }
    var isFirst = true
    for _ in 0..<tries where connection.acknowledged < end && !connection.isReset {
      if probe.place == .ack || probe.place == .both {
        _ = try connection.send(.ack, options: probe.option)
        // Half a moment, so that the network has no reason to reorder them.
        if isFirst { try connection.wait(for: 1, before: Deadline(milliseconds: 2)) }
      }
      isFirst = false
      let flags: TCPFlags = probe.place == .fin ? [.ack, .psh, .fin] : [.ack, .psh]
      if case .tooLarge = try connection.send(flags, options: onData, payload: payload) { return .tooLarge }
      try connection.wait(for: end, before: Deadline(milliseconds: interval))
    }
    // What the kernel over there has acknowledged, its program gets in a moment.
    let deadline = Deadline(milliseconds: connection.acknowledged >= payload.count ? 1000 : interval)
    while true {
      if case .seen(let sighting) = try control.ask(.seen(nonce)), sighting.bytes >= payload.count {
        return .arrived(sighting)
      }
      if deadline.hasPassed { return connection.isReset ? .reset : .stalled }
      usleep(5000)
    }
  }
}

extension PathOutcome {
  /// Whether the data came out of the other side's socket.
  public var isArrival: Bool { if case .arrived = self { true } else { false } }
}

/// The connection on which the two sides talk, an ordinary one.
private struct ControlConnection: ~Copyable {
  private let descriptor: Descriptor
  let local: Endpoint
  /// Milliseconds that opening it took.
  let roundTrip: Int
  private var buffer = LineBuffer(limit: PathAnswer.maximumLine)
  private let isV4: Bool

  init(to remote: Endpoint) throws(PathError) {
    let number = try PathSocket.open(remote.address)
    let descriptor = Descriptor(number)
    let start = ContinuousClock.now
    guard PathSocket.connect(number, to: remote) == 0 || errno == EINPROGRESS else { throw Self.explain(errno) }
    guard descriptor.waitUntilWritable(before: Deadline(milliseconds: 5000)) else { throw .timeout }
    if let error = PathSocket.get(number, SOL_SOCKET, SO_ERROR), error != 0 { throw Self.explain(Int32(error)) }
    let roundTrip = wholeMilliseconds(.now - start)
    let local = try PathSocket.name(number)
    try PathSocket.set(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1, "TCP_NODELAY")
    self.descriptor = descriptor
    self.roundTrip = roundTrip
    self.local = local
    if case .v4 = remote.address { isV4 = true } else { isV4 = false }
  }

  private static func explain(_ error: Int32) -> PathError {
    switch error {
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .timeout
    default: .unreachable(errno: error)
    }
  }

  /// Bytes of the largest packet that this host sends there.
  var maximumPacket: Int {
    let size =
      isV4
      ? PathSocket.get(descriptor.number, Int32(IPPROTO_IP), IP_MTU)
      : PathSocket.get(descriptor.number, Int32(IPPROTO_IPV6), IPV6_MTU)
    return size ?? 1280
  }

  mutating func greet(_ token: String) throws(PathError) -> PathHost {
    let given = String(token.prefix(64).filter { $0.isASCII && !$0.isWhitespace })
    switch try ask(.hello(version: PathRequest.version, token: given), orEnd: .stranger) {
    case .ok(let host): return host
    case .no("token"): throw .wrongToken
    case .no("busy"): throw .busy
    case .no: throw .otherVersion
    default: throw .stranger
    }
  }

  mutating func ask(_ request: PathRequest, orEnd end: PathError = .lost) throws(PathError) -> PathAnswer {
    guard PathSocket.send(request.line, to: descriptor.number) else { throw end }
    let deadline = Deadline(milliseconds: 5000)
    while true {
      switch buffer.next() {
      case .line(let line):
        guard let answer = PathAnswer(line) else { throw .stranger }
        return answer
      case .garbage: throw .stranger
      case .more: break
      }
      guard descriptor.waitUntilReadable(before: deadline), let bytes = PathSocket.read(descriptor.number) else {
        throw end
      }
      buffer.append(bytes)
    }
  }
}
