// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import Synchronization
internal import Wire

/// The verb `capture`: what each connection's handshake says of the client.
public struct CaptureReporter: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Captures or reads, prints a line for each connection and what they come to.
  public func run(_ request: CaptureRequest) async throws(ToaError) -> CaptureDocument {
    let seen = try await look(request)
    CaptureSummary(seen.session, seen.next, console).show()
    return CaptureDocument(seen)
  }

  /// Captures or reads, and prints a line for each connection.
  func look(_ request: CaptureRequest) async throws(ToaError) -> CaptureResult {
    let live = request.profile == nil || request.trusted == nil ? try Backend.live(system) : nil
    let judge = try request.judge(live)
    var session = CaptureSession(system, console, request, judge)
    try session.begin()
    if let path = request.read {
      try read(path, &session)
    } else {
      console.say(request.announcement)
      try await capture(request, &session)
    }
    try session.end()
    let totals = session.totals
    var next: [String] = []
    if let main = totals.main {
      next = await CaptureAdvice(system: system, isOwn: request.read == nil, judge: judge).next(main, totals)
    }
    return CaptureResult(judge: judge, session: session, next: next)
  }

  private func read(_ path: String, _ session: inout CaptureSession) throws(ToaError) {
    let place = path == "-" ? path : absolutePath(path)
    var reader = CaptureFileReader()
    var failure: CaptureFileError?
    var wrong: ToaError?
    do throws(FileError) {
      try system.files.forEachPiece(of: place) { piece in
        do throws(CaptureFileError) {
          let packets = try reader.read(piece)
          do throws(ToaError) { try session.take(packets) } catch { wrong = error }
        } catch {
          failure = error
        }
        return failure == nil && wrong == nil && !session.hasEnough && !Task.isCancelled
      }
    } catch {
      throw ToaError(.refused, "the capture file cannot be read", why: "\(error)", next: ["toa capture --read FILE"])
    }
    if let wrong { throw wrong }
    if let failure {
      throw ToaError(
        .refused, "\(path) cannot be read as a capture file", why: "\(failure)",
        next: ["tcpdump -i any -s 128 -w FILE 'tcp port 80', then toa capture --read FILE"])
    }
    if reader.leftOver > 0, !session.hasEnough {
      console.say("\(path) ends in the middle of a packet; what came before was read.", .warning)
    }
  }

  private func capture(_ request: CaptureRequest, _ session: inout CaptureSession) async throws(ToaError) {
    let options = CaptureOptions(ports: request.ports, interface: request.interface, seconds: request.seconds)
    let stop = StopFlag()
    let (batches, source) = AsyncStream<CaptureBatch>.makeStream()
    let run = system.capture
    let capturing = Task<CaptureError?, Never> {
      defer { source.finish() }
      do throws(CaptureError) {
        try await run(options) { batch in
          source.yield(batch)
          return !stop.isSet
        }
        return nil
      } catch {
        return error
      }
    }
    var wrong: ToaError?
    // Ends by itself when this task is cancelled.
    for await batch in batches {
      do throws(ToaError) { try session.take(batch) } catch { wrong = error }
      if wrong != nil || session.hasEnough { break }
    }
    stop.set()
    let failure = await capturing.value
    if let wrong { throw wrong }
    if let failure { throw Self.explain(failure) }
  }

  private static func explain(_ error: CaptureError) -> ToaError {
    let what = "packets cannot be captured"
    return switch error {
    case .noInterface(let name):
      ToaError(.usage, what, why: "there is no interface called \(name)", next: ["ip link"])
    case .notOpened(let errno) where errno == 1 || errno == 13:
      ToaError(.refused, what, why: "CAP_NET_RAW is missing", next: ["sudo toa capture"])
    case .notOpened(let errno):
      ToaError(
        .notApplicable, what, why: "this kernel gives no packet socket: \(errorText(errno))",
        next: ["capture on the host, then toa capture --read FILE"])
    case .notRead(let errno):
      ToaError(.unexpected, what, why: "reading failed: \(errorText(errno))", next: ["toa capture"])
    case .noThread(let errno): ToaError(.unexpected, what, why: "no thread: \(errorText(errno))", next: ["toa capture"])
    }
  }
}

/// A capture that is over.
struct CaptureResult {
  let judge: HandshakeJudge
  let session: CaptureSession
  /// What to do about the main cause.
  let next: [String]
}

/// Tells the capturing thread to end.
private final class StopFlag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }

  func set() { value.store(true, ordering: .relaxed) }
}

extension CaptureDocument {
  init(_ seen: CaptureResult) {
    let session = seen.session
    self.init(
      profile: "\(seen.judge.profile)", trusted: "\(seen.judge.trusted)",
      causes: Dictionary(uniqueKeysWithValues: session.totals.counts.map { ($0.key.rawValue, $0.value) }),
      lost: session.lost, segmentsWithoutSYN: session.segmentsWithoutSYN, next: seen.next,
      connections: session.connections)
  }

  /// Whether some connection was opened and its client is not known.
  public var missesClients: Bool {
    causes.contains { name, _ in HandshakeCause(rawValue: name).map { $0 != .delivered && $0.isComplete } ?? false }
  }
  /// Whether a connection was opened at all.
  public var sawConnections: Bool { causes.contains { name, _ in HandshakeCause(rawValue: name)?.isComplete ?? false } }
}
