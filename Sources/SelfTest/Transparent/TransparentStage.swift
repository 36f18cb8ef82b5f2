// SPDX-License-Identifier: Apache-2.0
import Linux
public import Wire

/// How to make a stage for a transparent proxy.
public struct TransparentStageOptions: Sendable, Equatable {
  /// Name of the proxy's interface behind which the server is, so that rules that name one match: at most 15 bytes.
  public var interface: String
  /// The port on which the server listens.
  public var port: UInt16

  /// Creates options.
  public init(interface: String = "toa-server", port: UInt16 = 8080) {
    self.interface = interface
    self.port = port
  }
}

/// Three network namespaces, in which a proxy connects to a server with its client's address.
///
///     client ------------ proxy ------------ server
///     198.18.1.2          forwards nothing   198.18.2.2
///     fd74:6f61::1:2                         fd74:6f61::2:2
///
/// Client and server have their default routes by way of the proxy. They go with the last copy of this value; nothing outside of
/// them changes. Closures, so that a test can answer instead.
public struct TransparentStage: Sendable {
  /// Internet protocols.
  public enum Family: Sendable, Hashable, CaseIterable {
    /// IPv4.
    case v4
    /// IPv6.
    case v6
  }

  /// Path of the proxy's namespace, for `nsenter --net=PATH`.
  public var proxyNetwork: String
  /// Why there is no IPv6 here, when there is none.
  public var missingV6: String?
  /// Writes a setting of the proxy's namespace: its path below /proc/sys/net, and the value.
  public var set: @Sendable (_ name: String, _ value: String) async throws(SelfTestError) -> Void
  /// Makes one connection of a family, by a deadline in milliseconds, and returns what came of it.
  public var connect: @Sendable (Family, _ milliseconds: Int) async throws(SelfTestError) -> TransparentConnection

  /// Creates a stage from its parts.
  public init(
    proxyNetwork: String, missingV6: String? = nil,
    set: @escaping @Sendable (String, String) async throws(SelfTestError) -> Void,
    connect: @escaping @Sendable (Family, Int) async throws(SelfTestError) -> TransparentConnection
  ) {
    self.proxyNetwork = proxyNetwork
    self.missingV6 = missingV6
    self.set = set
    self.connect = connect
  }
}

/// Makes a stage. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN, and the veth driver.
public func makeTransparentStage(_ options: TransparentStageOptions) async throws(SelfTestError) -> TransparentStage {
  // Threads of their own, because setns(2) and unshare(2) move only the calling thread and no later task may run there.
  let networks = try await onOwnThread("toa-tproxy", unstarted: SelfTestError.init) { () throws(SelfTestError) in
    try StagedNetworks(options)
  }
  return TransparentStage(
    proxyNetwork: networks.proxy.path, missingV6: networks.missingV6,
    set: { name, value async throws(SelfTestError) in
      try await onOwnThread("toa-tproxy", unstarted: SelfTestError.init) { () throws(SelfTestError) in
        try networks.proxy.enter()
        let error = writeSetting("/proc/sys/net/\(name)", value)
        guard error == 0 else { throw SelfTestError(step: "set \(name) in a network namespace", errno: error) }
      }
    },
    connect: { family, milliseconds async throws(SelfTestError) in
      try await onOwnThread("toa-tproxy", unstarted: SelfTestError.init) { () throws(SelfTestError) in
        try TransparentAttempt.run(networks, family, milliseconds: milliseconds)
      }
    })
}

/// What came of one connection through the proxy.
public struct TransparentConnection: Sendable, Equatable {
  /// The client, as the proxy's getpeername(2) gave it; nil when it did not come so far.
  public let client: Endpoint?
  /// What the server's accept(2) gave; nil when it did not come so far.
  public let accepted: Endpoint?
  /// Why no answer came back to the client; nil when one did.
  public let failure: TransparentFailure?
  /// Packets that the check of the reverse path (rp_filter) threw away meanwhile in the proxy's namespace.
  public let reversePathDrops: Int
  /// Wall time in microseconds.
  public let microseconds: Int

  /// Creates a result.
  public init(
    client: Endpoint?, accepted: Endpoint?, failure: TransparentFailure?, reversePathDrops: Int = 0,
    microseconds: Int = 0
  ) {
    self.client = client
    self.accepted = accepted
    self.failure = failure
    self.reversePathDrops = reversePathDrops
    self.microseconds = microseconds
  }

  /// Whether the server saw the client's address, and its answer came back.
  public var passed: Bool { failure == nil && accepted != nil && accepted?.address == client?.address }
}

/// Why no answer of the server came back to the client.
public enum TransparentFailure: Error, Sendable, Equatable {
  /// The client's connection to the proxy itself did not come about.
  case noClient
  /// The kernel does not let a socket be transparent: errno.
  case notTransparent(errno: Int32)
  /// The proxy's connection to the server got no answer; whether the server has seen it.
  case unanswered(reachedServer: Bool)
  /// The proxy's connection was reset.
  case refused
  /// The kernel knows no way to the server, or something else kept it from connecting: errno.
  case unreachable(errno: Int32)
  /// The connection was made, and its data did not come through.
  case stalled
  /// A system call failed: which, and errno.
  case system(String, errno: Int32)

  init(_ error: PathError) {
    if case .system(let call, let errno) = error {
      self = .system(call, errno: errno)
    } else {
      self = .stalled
    }
  }
}

extension TransparentFailure: CustomStringConvertible {
  /// One clause.
  public var description: String {
    switch self {
    case .noClient: "the client could not connect to the proxy"
    case .notTransparent(let errno): "the proxy's socket cannot be transparent (errno \(errno))"
    case .unanswered(true): "the server's answer did not come back to the proxy"
    case .unanswered(false): "nothing reached the server"
    case .refused: "the proxy's connection was reset"
    case .unreachable(let errno): "the proxy could not connect (errno \(errno))"
    case .stalled: "the connection was made, and its data did not come through"
    case .system(let call, let errno): "\(call) failed with errno \(errno)"
    }
  }
}
