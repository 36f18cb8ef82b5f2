// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
import Wire

/// One connection from the client by way of the proxy to the server and back, in one thread that changes its namespace for each socket.
struct TransparentAttempt {
  private let networks: StagedNetworks
  private let family: TransparentStage.Family
  private let deadline: Deadline
  private var client: Endpoint?
  private var accepted: Endpoint?

  /// Makes the connection; throws only where a namespace cannot be entered.
  static func run(
    _ networks: StagedNetworks, _ family: TransparentStage.Family, milliseconds: Int
  ) throws(SelfTestError) -> TransparentConnection {
    let start = ContinuousClock.now
    try networks.proxy.enter()
    let dropsBefore = NetworkTable.reversePathDrops
    var attempt = TransparentAttempt(networks, family, Deadline(milliseconds: milliseconds))
    let failure: TransparentFailure?
    do throws(Stop) {
      try attempt.connect()
      failure = nil
    } catch {
      failure = try error.failure()
    }
    try networks.proxy.enter()
    return TransparentConnection(
      client: attempt.client, accepted: attempt.accepted, failure: failure,
      reversePathDrops: NetworkTable.reversePathDrops - dropsBefore, microseconds: wholeMicroseconds(.now - start))
  }

  private init(_ networks: StagedNetworks, _ family: TransparentStage.Family, _ deadline: Deadline) {
    self.networks = networks
    self.family = family
    self.deadline = deadline
  }

  private mutating func connect() throws(Stop) {
    let server = try socket(in: networks.server)
    let place = Endpoint(address: StagedNetworks.Link.server.far(family), port: networks.port)
    try listen(server, on: place)
    let proxy = try socket(in: networks.proxy)
    try listen(proxy, on: Endpoint(address: StagedNetworks.Link.client.near(family), port: 0))

    let client = try socket(in: networks.client)
    let begun = PathSocket.connect(
      client.number, to: try Stop.on { () throws(PathError) in try PathSocket.name(proxy.number) })
    guard begun == 0 || errno == EINPROGRESS, proxy.waitUntilReadable(before: deadline) else {
      throw .failed(.noClient)
    }
    var name: Endpoint?
    let near = try accept(proxy, &name)
    // As a proxy learns it.
    guard let peer = unsafe SocketAddress(from: { unsafe getpeername(near.number, $0, $1) })?.endpoint else {
      throw .failed(.system("getpeername(2)", errno: errno))
    }
    self.client = peer

    let far = try socket(in: networks.proxy)
    try connect(far, from: peer.address, to: place)
    guard server.waitUntilReadable(before: deadline) else { throw .failed(.stalled) }
    let served = try accept(server, &name)
    accepted = name
    try pass("question", from: client, near, far, to: served)
    try pass("answer", from: served, far, near, to: client)
  }

  /// The proxy's connection to the server, from its client's address.
  private func connect(_ far: borrowing Descriptor, from address: IPAddress, to server: Endpoint) throws(Stop) {
    let (level, option, name) =
      family == .v4
      ? (Int32(IPPROTO_IP), IP_TRANSPARENT, "IP_TRANSPARENT")
      : (Int32(IPPROTO_IPV6), IPV6_TRANSPARENT, "IPV6_TRANSPARENT")
    do throws(PathError) {
      try PathSocket.set(far.number, level, option, 1, name)
    } catch {
      if case .system(_, let errno) = error { throw .failed(.notTransparent(errno: errno)) }
      throw .failed(TransparentFailure(error))
    }
    // The port is chosen by connect(2), as proxies do, so that it is free for this server only. Kernels before 4.2 have it chosen here.
    try? PathSocket.set(far.number, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1, "IP_BIND_ADDRESS_NO_PORT")
    guard PathSocket.bind(far.number, to: Endpoint(address: address, port: 0)) == 0 else {
      throw .failed(.system("bind(2) to the client's address", errno: errno))
    }
    guard PathSocket.connect(far.number, to: server) == 0 || errno == EINPROGRESS else {
      throw .failed(.unreachable(errno: errno))
    }
    guard far.waitUntilWritable(before: deadline) else {
      try Stop.onSetup { () throws(SelfTestError) in try networks.server.enter() }
      throw .failed(.unanswered(reachedServer: NetworkTable.hasHalfOpen(port: server.port, family)))
    }
    switch PathSocket.get(far.number, SOL_SOCKET, SO_ERROR).map(Int32.init) {
    case 0?: return
    case ECONNREFUSED?, ECONNRESET?: throw .failed(.refused)
    case let errno: throw .failed(.unreachable(errno: errno ?? EBADF))
    }
  }

  /// One line from one end by way of both of the proxy's sockets to the other.
  private func pass(
    _ line: String, from source: borrowing Descriptor, _ first: borrowing Descriptor, _ second: borrowing Descriptor,
    to sink: borrowing Descriptor
  ) throws(Stop) {
    try send(line, source, first)
    try send(line, second, sink)
  }

  private func send(_ line: String, _ source: borrowing Descriptor, _ sink: borrowing Descriptor) throws(Stop) {
    guard PathSocket.send(line, to: source.number) else { throw .failed(.stalled) }
    var buffer = LineBuffer(limit: 64)
    while true {
      switch buffer.next() {
      case .line(line): return
      case .more: break
      default: throw .failed(.stalled)
      }
      guard sink.waitUntilReadable(before: deadline), let bytes = PathSocket.read(sink.number) else {
        throw .failed(.stalled)
      }
      buffer.append(bytes)
    }
  }

  private func socket(in namespace: NetworkNamespace) throws(Stop) -> Descriptor {
    try Stop.onSetup { () throws(SelfTestError) in try namespace.enter() }
    let address = StagedNetworks.Link.server.far(family)
    let descriptor = Descriptor(try Stop.on { () throws(PathError) in try PathSocket.open(address) })
    // Closed at once: a connection that ends in its own time would keep its namespace.
    var rest = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(descriptor.number, SOL_SOCKET, SO_LINGER, &rest, socklen_t(MemoryLayout<linger>.size))
    return descriptor
  }

  private func listen(_ listener: borrowing Descriptor, on place: Endpoint) throws(Stop) {
    guard PathSocket.bind(listener.number, to: place) == 0 else { throw .failed(.system("bind(2)", errno: errno)) }
    guard Glibc.listen(listener.number, 1) == 0 else { throw .failed(.system("listen(2)", errno: errno)) }
  }

  /// Takes the connection that is there.
  private func accept(_ listener: borrowing Descriptor, _ name: inout Endpoint?) throws(Stop) -> Descriptor {
    let number = listener.number
    var accepted: Int32 = -1
    let address = unsafe SocketAddress(from: { address, length in
      accepted = unsafe Glibc.accept(number, address, length)
      return accepted
    })
    guard let address else { throw .failed(.system("accept(2)", errno: errno)) }
    name = address.endpoint
    _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
    _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
    return Descriptor(accepted)
  }
}

/// Why an attempt ended.
private enum Stop: Error {
  /// That is its result.
  case failed(TransparentFailure)
  /// It could not be made.
  case setup(SelfTestError)

  /// The result; throws where there is none.
  func failure() throws(SelfTestError) -> TransparentFailure {
    switch self {
    case .failed(let failure): return failure
    case .setup(let error): throw error
    }
  }

  static func on<Value>(_ call: () throws(PathError) -> Value) throws(Stop) -> Value {
    do throws(PathError) { return try call() } catch { throw .failed(TransparentFailure(error)) }
  }

  static func onSetup(_ call: () throws(SelfTestError) -> Void) throws(Stop) {
    do throws(SelfTestError) { try call() } catch { throw .setup(error) }
  }
}
