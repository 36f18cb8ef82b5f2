// SPDX-License-Identifier: Apache-2.0
import Capture
import Glibc
import Linux
public import Wire

/// How to listen for crafted connections.
public struct PathListenOptions: Sendable {
  /// The address to listen on; nil takes all, of both families.
  public var address: IPAddress?
  /// The port for both the control connection and the crafted ones.
  public var port: UInt16
  /// Who has it may ask for crafted connections.
  public var token: PathToken
  /// What to say of the backend here.
  public var host: PathHost
  /// The sources from which an option is believed.
  public var trusted: TrustList
  /// When to stop.
  public var seconds: Int

  /// Creates options.
  public init(
    address: IPAddress? = nil, port: UInt16, token: PathToken, host: PathHost, trusted: TrustList, seconds: Int = 300
  ) {
    self.address = address
    self.port = port
    self.token = token
    self.host = host
    self.trusted = trusted
    self.seconds = seconds
  }
}

/// What happens while it listens.
public enum PathEvent: Sendable, Equatable {
  /// The socket is there.
  case listening(Endpoint)
  /// Somebody has the token.
  case session(Endpoint)
  /// Somebody has another one.
  case wrongToken(Endpoint)
  /// A crafted connection came, and what was seen of it.
  case crafted(PathSighting)
  /// The session is over.
  case ended(Endpoint)
}

/// Listens for `runPathProbes` of another host until the time is up or `goesOn`, which is asked at least five times a second, says no.
/// Who does not show the token is told nothing and closed. Needs CAP_NET_RAW.
public func runPathListener(
  _ options: PathListenOptions, goesOn: @escaping @Sendable () -> Bool = { true },
  tell: @escaping @Sendable (PathEvent) -> Void = { _ in }
) async throws(PathError) {
  try await onOwnThread("toa-listen", unstarted: PathError.init) { () throws(PathError) in
    var listener = try PathListener(options, tell)
    try listener.serve(goesOn)
  }
}

private struct PathListener: ~Copyable {
  /// Most connections at a time; more are closed as they come.
  private static let maximumPeers = 24
  /// Most crafted connections that a session announces before it asks for them.
  private static let maximumExpected = 64
  /// How long a stranger may take for the first line, and a session between two, in milliseconds.
  private static let patienceWithStrangers = 5000
  private static let patienceWithSessions = 60_000

  private let options: PathListenOptions
  private let tell: @Sendable (PathEvent) -> Void
  private let listener: Descriptor
  private let host: PathHost
  private var packets: PacketSocket
  private var watch = NonceWatch()
  private var peers: [Int32: Peer] = [:]
  private var expected: Set<PathNonce> = []
  private var sightings: [PathNonce: PathSighting] = [:]

  init(_ options: PathListenOptions, _ tell: @escaping @Sendable (PathEvent) -> Void) throws(PathError) {
    let (number, isDualStack) = try Self.listen(options)
    let listener = Descriptor(number)
    var host = options.host
    host.isDualStack = isDualStack
    let name = try PathSocket.name(number)
    packets = try PacketSocket(watching: name.port)
    self.options = options
    self.tell = tell
    self.listener = listener
    self.host = host
    tell(.listening(name))
  }

  /// A listening socket of both families, or of IPv4 alone where there is no other.
  private static func listen(_ options: PathListenOptions) throws(PathError) -> (Int32, Bool) {
    let address = options.address ?? .v6(IPv6Address(high: 0, low: 0))
    let number: Int32
    do throws(PathError) {
      number = try PathSocket.open(address)
    } catch {
      guard options.address == nil else { throw error }
      var only = options
      only.address = .v4(IPv4Address(0))
      return try listen(only)
    }
    var isOwned = false
    defer { if !isOwned { close(number) } }
    try PathSocket.set(number, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
    var isV6 = false
    if case .v6 = address {
      isV6 = true
      try PathSocket.set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0, "IPV6_V6ONLY")
    }
    guard PathSocket.bind(number, to: Endpoint(address: address, port: options.port)) == 0 else {
      throw .system("bind(2)", errno: errno)
    }
    guard Glibc.listen(number, 16) == 0 else { throw .system("listen(2)", errno: errno) }
    isOwned = true
    return (number, isV6)
  }

  mutating func serve(_ goesOn: () -> Bool) throws(PathError) {
    defer { for number in Array(peers.keys) { drop(number) } }
    let end = Deadline(milliseconds: options.seconds * 1000)
    while !end.hasPassed, goesOn() {
      try wait(before: end.orAfter(milliseconds: 200))
      // Packets first: what a socket gives has been captured before.
      try capture()
      while let peer = accept() { peers[peer.descriptor] = peer }
      for number in peers.keys.sorted() { serve(number) }
    }
  }

  private func wait(before deadline: Deadline) throws(PathError) {
    let numbers =
      [listener.number, packets.number] + peers.values.filter { !$0.isDone && !$0.isAtEnd }.map(\.descriptor)
    var entries = numbers.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = unsafe poll(&entries, nfds_t(entries.count), deadline.remainingMilliseconds)
  }

  private mutating func capture() throws(PathError) {
    do throws(CaptureError) {
      // The deadline has passed: what is there is taken.
      for packet in try packets.read(before: Deadline(milliseconds: 0)) { watch.take(packet) }
    } catch {
      throw .system("reading a packet socket", errno: error.number)
    }
  }

  private func accept() -> Peer? {
    let number = listener.number
    var accepted: Int32 = -1
    let address = unsafe SocketAddress(from: { address, length in
      accepted = unsafe Glibc.accept(number, address, length)
      return accepted
    })
    guard let address else { return nil }
    _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
    _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
    let name = unsafe SocketAddress(from: { unsafe getpeername(accepted, $0, $1) })
    return Peer(descriptor: accepted, accepted: address.endpoint, name: name?.endpoint)
  }

  private mutating func drop(_ number: Int32) {
    guard let peer = peers.removeValue(forKey: number) else { return }
    close(number)
    guard peer.role == .session else { return }
    expected = []
    sightings = [:]
    if let name = peer.name { tell(.ended(name)) }
  }

  private mutating func serve(_ number: Int32) {
    guard var peer = peers[number] else { return }
    if peer.deadline.hasPassed || peers.count > Self.maximumPeers && peer.role == .stranger { return drop(number) }
    if peer.isDone { return }
    reading: while !peer.isAtEnd {
      switch PathSocket.read(number) {
      case nil: peer.isAtEnd = true
      case let bytes? where bytes.isEmpty: break reading
      case let bytes?: if !peer.take(bytes) { return drop(number) }
      }
    }
    peers[number] = peer
    while let now = peers[number], !now.isDone, now.nonce == nil {
      switch peers[number]?.buffer.next() {
      case .line(let line): obey(line, of: number)
      case .garbage: return drop(number)
      case .more, nil:
        if now.isAtEnd { drop(number) }
        return
      }
    }
    if let nonce = peers[number]?.nonce { sightings[nonce]?.bytes = peer.count }
  }

  private mutating func obey(_ line: String, of number: Int32) {
    guard var peer = peers[number] else { return }
    if peer.role == .stranger, let nonce = PathNonce(line[...]), expected.remove(nonce) != nil {
      peer.role = .crafted(nonce)
      // Its data has come since the last look.
      try? capture()
      let segments = watch.segments(with: nonce)
      let source = segments?.source
      let sighting = PathSighting(
        accepted: peer.accepted, name: peer.name, source: source,
        isTrusted: source.map { options.trusted.contains($0.address.unmapped) } ?? false,
        ackOptions: segments?.ackOptions, dataOptions: segments?.dataOptions, bytes: peer.count)
      sightings[nonce] = sighting
      peers[number] = peer
      tell(.crafted(sighting))
      return
    }
    switch (peer.role, PathRequest(line)) {
    case (.stranger, .hello(let version, let token)):
      greet(&peer, version, token)
      peers[number] = peer
    case (.session, .expect(let nonce)) where expected.count < Self.maximumExpected:
      // Connections of earlier probes are of no use any more.
      for (other, old) in peers where old.nonce != nil { drop(other) }
      if sightings.count >= Self.maximumExpected { sightings = [:] }
      expected.insert(nonce)
      answer(.ready, number)
    case (.session, .seen(let nonce)): answer(sightings[nonce].map(PathAnswer.seen) ?? .none, number)
    default: drop(number)
    }
  }

  private mutating func greet(_ peer: inout Peer, _ version: Int, _ token: String) {
    let name = peer.name ?? Endpoint(address: .v4(IPv4Address(0)), port: 0)
    let refusal: PathAnswer?
    if !options.token.matches(token) {
      tell(.wrongToken(name))
      refusal = .no("token")
    } else if version != PathRequest.version {
      refusal = .no("version \(PathRequest.version)")
    } else if peers.values.contains(where: { $0.role == .session }) {
      refusal = .no("busy")
    } else {
      refusal = nil
    }
    if let refusal {
      // It gets its answer, and a moment to read it; nothing more is taken from it.
      _ = PathSocket.send(refusal.line, to: peer.descriptor)
      _ = shutdown(peer.descriptor, Int32(SHUT_WR))
      peer.isDone = true
      peer.deadline = Deadline(milliseconds: 1000)
      return
    }
    peer.role = .session
    peer.deadline = Deadline(milliseconds: Self.patienceWithSessions)
    tell(.session(name))
    answer(.ok(host), peer.descriptor)
  }

  private mutating func answer(_ answer: PathAnswer, _ number: Int32) {
    peers[number]?.deadline = Deadline(milliseconds: Self.patienceWithSessions)
    _ = PathSocket.send(answer.line, to: number)
  }

  /// A connection that was accepted.
  private struct Peer {
    enum Role: Equatable {
      case stranger
      case session
      case crafted(PathNonce)
    }

    let descriptor: Int32
    let accepted: Endpoint?
    let name: Endpoint?
    var role = Role.stranger
    var buffer = LineBuffer(limit: PathRequest.maximumLine)
    /// Bytes that came.
    var count = 0
    /// Whether it was refused and is only to be closed.
    var isDone = false
    /// Whether nothing comes from it any more.
    var isAtEnd = false
    var deadline = Deadline(milliseconds: PathListener.patienceWithStrangers)

    init(descriptor: Int32, accepted: Endpoint?, name: Endpoint?) {
      self.descriptor = descriptor
      self.accepted = accepted
      self.name = name
    }

    var nonce: PathNonce? { if case .crafted(let nonce) = role { nonce } else { nil } }

    /// Takes what was read; false when it is more than anybody here has to say.
    mutating func take(_ bytes: [UInt8]) -> Bool {
      count += bytes.count
      // What follows the nonce is only counted.
      if nonce == nil, buffer.bytes.count < 4096 { buffer.append(bytes) }
      return count < 1 << 20
    }
  }
}

/// Remembers the segments of the port's latest connections, to say of one what its options were.
struct NonceWatch {
  struct Segments {
    let source: Endpoint
    let ackOptions: [UInt8]?
    let dataOptions: [UInt8]?
  }

  private struct Seen {
    let segment: CapturedSegment
    /// The data, as far as it was captured.
    let payload: ArraySlice<UInt8>
  }

  /// Most segments that are kept; the older half goes first.
  private static let capacity = 2048
  private var seen: [Seen] = []

  mutating func take(_ packet: CapturedPacket) {
    guard !packet.isOutgoing, let segment = CapturedSegment(packet), !segment.flags.contains(.syn),
      !segment.flags.contains(.rst)
    else { return }
    if seen.count >= Self.capacity { seen.removeFirst(Self.capacity / 2) }
    seen.append(Seen(segment: segment, payload: packet.bytes.suffix(segment.keptPayload(of: packet))))
  }

  /// The connection whose data begins with a nonce.
  func segments(with nonce: PathNonce) -> Segments? {
    let mark = Array(nonce.text.utf8)
    guard let data = seen.first(where: { $0.payload.starts(with: mark) })?.segment else { return nil }
    let ack = seen.first {
      $0.segment.source == data.source && $0.segment.payloadLength == 0 && $0.segment.sequence == data.sequence
    }
    return Segments(source: data.source, ackOptions: ack?.segment.optionBytes, dataOptions: data.optionBytes)
  }
}

extension CapturedSegment {
  /// Bytes of data at the end of what was captured of a packet.
  fileprivate func keptPayload(of packet: CapturedPacket) -> Int {
    let missing = packet.length - packet.bytes.count
    return max(0, min(payloadLength - missing, packet.bytes.count))
  }
}
