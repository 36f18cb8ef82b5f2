// SPDX-License-Identifier: Apache-2.0
import Glibc
import Linux
import Synchronization
import Testing
import Wire

@testable import SelfTest

/// Over loopback, for real: these need root, as the self-test's own do.
@Suite(.serialized) struct PathListenerTests {
  private static let token = PathToken("K7QM-2X9D-0A3F-TT8B")
  private static let host = PathHost(backend: nil, profile: "254/8,200/8")

  /// Runs a listener on loopback, does something to it, and returns what it told.
  private func listening(_ body: (Endpoint) async throws -> Void) async throws -> [PathEvent] {
    let events = Mutex<[PathEvent]>([])
    let stop = Atomic(false)
    let options = PathListenOptions(
      address: .v4(IPv4Address(127, 0, 0, 1)), port: 0, token: Self.token, host: Self.host, trusted: .standard,
      seconds: 60)
    let serving = Task {
      try await runPathListener(options, goesOn: { !stop.load(ordering: .relaxed) }) { event in
        events.withLock { $0.append(event) }
      }
    }
    var place: Endpoint?
    for _ in 0..<500 where place == nil {
      try await Task.sleep(for: .milliseconds(10))
      if case .listening(let name)? = events.withLock({ $0.first }) { place = name }
    }
    let result: Result<Void, any Error>
    do { result = .success(try await body(try #require(place))) } catch { result = .failure(error) }
    stop.store(true, ordering: .relaxed)
    try await serving.value
    try result.get()
    return events.withLock { $0 }
  }

  private func probe(_ place: Endpoint, _ token: String = token.text) async throws -> PathReport {
    try await runPathProbes(PathOptions(remote: place, token: token))
  }

  @Test func `over loopback every option arrives, and without a backend no client is named`() async throws {
    let results = Mutex<[PathReport]>([])
    let events = try await listening { place async throws in
      let report = try await probe(place)
      results.withLock { $0.append(report) }
    }
    let report = try #require(results.withLock { $0.first })
    #expect(report.host.profile == "254/8,200/8" && report.host.backend == nil && !report.host.isDualStack)
    #expect(report.results.count >= 12)
    for result in report.results {
      guard case .arrived(let seen) = result.outcome else {
        #expect(Bool(false), "\(result)")
        continue
      }
      #expect(result.keptOption != false, "\(result)")
      #expect(seen.isTrusted && seen.source?.address == report.local.address, "\(result)")
      #expect(result.namedClient != true || result.probe.format == nil, "\(result)")
    }
    #expect(report.largestPacket == nil && (report.maximumSegmentSize ?? 0) > 536)
    #expect(events.filter { if case .crafted = $0 { true } else { false } }.count == report.results.count)
    guard case .ended? = events.last else { return #expect(Bool(false), "\(events)") }
  }

  @Test func `a wrong token is told so, and a second try with the right one works`() async throws {
    let events = try await listening { place async throws in
      await #expect(throws: PathError.wrongToken) { try await probe(place, "AAAA-AAAA-AAAA-AAAA") }
      await #expect(throws: PathError.wrongToken) { try await probe(place, "") }
      #expect(try await probe(place, Self.token.text.lowercased()).results.first?.outcome.isArrival == true)
    }
    #expect(events.filter { if case .wrongToken = $0 { true } else { false } }.count >= 1)
  }

  @Test func `a session keeps others out until it is over`() async throws {
    _ = try await listening { place async throws in
      let first = try Client(place)
      #expect(await first.ask("TOA-SELFTEST 1 \(Self.token.text)\n")?.hasPrefix("OK backend=none") == true)
      await #expect(throws: PathError.busy) { try await probe(place) }
      first.end()
      try await Task.sleep(for: .milliseconds(300))
      #expect(try await probe(place).results.first?.outcome.isArrival == true)
    }
  }

  @Test(arguments: [
    "GET / HTTP/1.0\r\n\r\n", "\n", "EXPECT 0123456789abcdef\n", "SEEN 0123456789abcdef\n", "0123456789abcdef\n",
    "\u{1}\u{2}\u{3}", "TOA-SELFTEST\n", String(repeating: "A", count: 100_000),
    "TOA-SELFTEST 1 \(String(repeating: "K", count: 5000))\n",
  ])
  func `a stranger who says anything else is closed without an answer`(text: String) async throws {
    _ = try await listening { place async throws in
      let client = try Client(place)
      #expect(await client.ask(text) == nil)
      #expect(try await probe(place).results.first?.outcome.isArrival == true)
    }
  }

  @Test func `another version is told which one is spoken here`() async throws {
    _ = try await listening { place async throws in
      #expect(try await Client(place).ask("TOA-SELFTEST 7 \(Self.token.text)\n") == "NO version 1")
    }
  }

  @Test func `in a session a request that is none ends it`() async throws {
    _ = try await listening { place async throws in
      let client = try Client(place)
      #expect(await client.ask("TOA-SELFTEST 1 \(Self.token.text)\n")?.hasPrefix("OK") == true)
      #expect(await client.ask("SEEN 0123456789abcdef\n") == "NONE")
      #expect(await client.ask("EXPECT 0123456789abcdef\n") == "READY")
      #expect(await client.ask("EXPECT 0123456789abcdeg\n") == nil)
    }
  }

  @Test func `strangers who say nothing, or leave at once, do not keep others out`() async throws {
    _ = try await listening { place async throws in
      let silent = try (0..<40).map { _ in try Client(place) }
      for _ in 0..<40 { try Client(place).end() }
      try await Task.sleep(for: .milliseconds(400))
      for client in silent { client.end() }
      try await Task.sleep(for: .milliseconds(400))
      #expect(try await probe(place).results.first?.outcome.isArrival == true)
    }
  }

  @Test func `where nothing listens, or something else does, it is said`() async throws {
    let other = try Listener(.v4)
    let place = Endpoint(address: .v4(IPv4Address(127, 0, 0, 1)), port: other.port)
    let answering = Task.detached { try await probe(place) }
    // A server that takes connections and closes them.
    _ = consume other
    await #expect(throws: PathError.self) { try await answering.value }
    await #expect(throws: PathError.refused) { try await probe(place) }
  }

  @Test func `a port that is silent answers nothing, and nothing is left of it`() throws {
    var place: Endpoint?
    do {
      let port = try SilentPort(on: .v4(IPv4Address(127, 0, 0, 1)))
      #expect(port.local.port != 0)
      place = port.local
      let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      defer { close(number) }
      #expect(PathSocket.connect(number, to: port.local) != 0 && errno == EINPROGRESS)
      usleep(50_000)
      #expect(PathSocket.get(number, SOL_SOCKET, SO_ERROR) == 0)
    }
    // Other tests open files meanwhile; that the kernel itself refuses shows that this port's socket has gone.
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(number) }
    #expect(try PathSocket.connect(number, to: #require(place)) != 0 && errno == ECONNREFUSED)
  }
}

/// An ordinary client.
private final class Client {
  private let number: Int32
  /// Closing a number twice would close somebody else's.
  private var isOpen = true

  init(_ place: Endpoint) throws {
    number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 3, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    #expect(PathSocket.connect(number, to: place) == 0)
  }

  deinit { end() }

  /// The line that answers; nil when the connection is closed instead. Waits in a thread of its own.
  func ask(_ text: String) async -> String? {
    let number = number
    return try? await onOwnThread("client") { Self.ask(text, number) }.get()
  }

  private static func ask(_ text: String, _ number: Int32) -> String? {
    let bytes = Array(text.utf8)
    _ = send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while recv(number, &byte, 1, 0) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return nil
  }

  func end() {
    if isOpen { close(number) }
    isOpen = false
  }
}
