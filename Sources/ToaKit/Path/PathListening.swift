// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host
internal import SelfTest
internal import Synchronization
internal import Wire

/// What `toa selftest --listen` answers when it ends.
public struct ListenDocument: Document {
  /// Shape of the document.
  public let schema = "toa.listen/1"
  /// Sessions of hosts that had the token.
  public let sessions: Int
  /// Connections with another token.
  public let wrongTokens: Int
  /// Crafted connections that came.
  public let connections: Int
}

extension PathReporter {
  /// Listens for crafted connections until the time is up or Ctrl-C.
  public func listen(_ place: String, seconds: Int) async throws(ToaError) -> ListenDocument {
    let (address, port) = try Self.place(place)
    let live = try Backend.live(system)
    let options = PathListenOptions(
      address: address, port: port, token: PathToken(), host: Self.host(live),
      trusted: live?.trusted.flatMap { try? TrustList(parsing: $0) } ?? .standard, seconds: seconds)
    guard let cgroup = live?.cgroup else { return try await serve(options, live) }
    // Its sockets are covered only where the programs are.
    return try await SelfTestCgroup(system, console).inside(cgroup, name: SelfTestCgroup.nameOfListener) {
      () throws(ToaError) in
      try await serve(options, live)
    }
  }

  private func serve(_ options: PathListenOptions, _ live: Backend?) async throws(ToaError) -> ListenDocument {
    let counts = Mutex((sessions: 0, wrong: 0, crafted: 0))
    let stop = Atomic(false)
    let (console, system) = (console, system)
    if live == nil {
      console.say(
        "No TOA is in this kernel: options are seen on their way in, and no program is told of them.", .warning)
    }
    let listening = system.path.listen
    let failure = await withTaskCancellationHandler {
      do throws(PathError) {
        try await listening(options, { !stop.load(ordering: .relaxed) }) { event in
          counts.withLock { counts in
            switch event {
            case .session: counts.sessions += 1
            case .wrongToken: counts.wrong += 1
            case .crafted: counts.crafted += 1
            case .listening, .ended: break
            }
          }
          Self.tell(event, options, system, console)
        }
        return PathError?.none
      } catch {
        return error
      }
    } onCancel: {
      stop.store(true, ordering: .relaxed)
    }
    if let failure { throw Self.explain(failure, options) }
    let (sessions, wrong, crafted) = counts.withLock { $0 }
    return ListenDocument(sessions: sessions, wrongTokens: wrong, connections: crafted)
  }

  private static func tell(_ event: PathEvent, _ options: PathListenOptions, _ system: System, _ console: Console) {
    switch event {
    case .listening(let name):
      let host = options.address.map { Endpoint(address: $0, port: name.port).description }
      let lines = [
        "Listening on \(name) for \(options.seconds) s; Ctrl-C ends it. On the host at the other end of the path:",
        "  toa selftest --against \(host ?? "\(system.identity.hostName):\(name.port)") --token \(options.token.text)",
      ]
      // The token has to be seen, whatever else is not to be.
      for line in lines { console.json ? system.terminal.err(line + "\n") : console.print(line) }
    case .session(let peer): console.say("\(peer): has the token")
    case .wrongToken(let peer): console.say("\(peer): wrong token", .warning)
    case .crafted(let seen):
      let source = seen.source.map { "\($0)" } ?? "unknown source"
      let trust = seen.isTrusted ? "" : ", not trusted"
      console.say("  from \(source)\(trust): accept() gives \(seen.accepted.map { "\($0)" } ?? "nothing")", .faint)
    case .ended(let peer): console.say("\(peer): done")
    }
  }

  private static func host(_ live: Backend?) -> PathHost {
    guard let live else { return PathHost(backend: nil, profile: "") }
    let version = (live.version ?? "unknown").filter { $0.isASCII && !$0.isWhitespace && $0 != "=" }
    return PathHost(
      backend: "\(live.kind.rawValue)/\(version)",
      profile: live.abilities.options.formats.map(\.word).joined(separator: ","))
  }

  /// "8080", "192.0.2.1:8080" or "[2001:db8::1]:8080".
  private static func place(_ text: String) throws(ToaError) -> (IPAddress?, UInt16) {
    if let port = UInt16(text), port != 0 { return (nil, port) }
    if let endpoint = Endpoint(text), endpoint.port != 0 { return (endpoint.address, endpoint.port) }
    throw ToaError(
      .usage, "--listen takes a port, or ADDRESS:PORT", why: "\"\(text)\" is none", next: ["toa selftest --listen 8080"]
    )
  }

  private static func explain(_ error: PathError, _ options: PathListenOptions) -> ToaError {
    let what = "cannot listen on port \(options.port)"
    guard case .system(let call, let errno) = error else { return ToaError(.unexpected, what, why: "\(error)") }
    let next =
      switch errno {
      case EADDRINUSE: ["ss -ltnp 'sport = :\(options.port)'", "toa selftest --listen ANOTHER-PORT"]
      case EPERM, EACCES: ["sudo toa selftest --listen \(options.port)  (it needs CAP_NET_RAW)"]
      default: ["toa selftest --listen \(options.port)"]
      }
    return ToaError(.refused, what, why: "\(call): \(errorText(errno))", next: next)
  }
}
