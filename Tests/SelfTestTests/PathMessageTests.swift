// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import SelfTest

@Suite struct PathMessageTests {
  private static let nonce = PathNonce("0123456789abcdef")

  @Test(
    arguments: [
      ("TOA-SELFTEST 1 K7QM-2X9D", PathRequest.hello(version: 1, token: "K7QM-2X9D")),
      ("TOA-SELFTEST 2 x", .hello(version: 2, token: "x")),
      ("EXPECT 0123456789abcdef", nonce.map(PathRequest.expect)),
      ("SEEN 0123456789abcdef", nonce.map(PathRequest.seen)),
    ] as [(String, PathRequest?)])
  func `a request is one line and comes back as it was`(line: String, request: PathRequest?) {
    #expect(PathRequest(line) == request)
    #expect(request?.line == line)
  }

  @Test(arguments: [
    "", " ", "TOA-SELFTEST", "TOA-SELFTEST 1", "TOA-SELFTEST 1 a b", "TOA-SELFTEST x token", "TOA-SELFTEST -1 token",
    "TOA-SELFTEST 1000 token", "TOA-SELFTEST 99999999999999999999 t", "toa-selftest 1 token", "EXPECT", "EXPECT 0123",
    "EXPECT 0123456789abcdeF", "EXPECT 0123456789abcdef ", "EXPECT  0123456789abcdef", "SEEN 0123456789abcdefg",
    "GET / HTTP/1.0",
  ])
  func `anything else is no request`(line: String) {
    #expect(PathRequest(line) == nil)
  }

  @Test func `an answer comes back as it was`() {
    let sighting = PathSighting(
      accepted: Endpoint("[::ffff:192.0.2.77]:34000"), name: Endpoint("[2001:db8::42]:34000"),
      source: Endpoint("10.0.0.2:40000"), isTrusted: false, ackOptions: [],
      dataOptions: [254, 8, 0x84, 0xd0, 192, 0, 2, 77],
      bytes: 1460)
    let answers: [PathAnswer] = [
      .ok(PathHost(backend: "ebpf/0.1.0", isDualStack: false, profile: "254/8,77/10:ip4@6+port@4")),
      .ok(PathHost(backend: nil, profile: "")), .no("version 1"), .ready, .none, .seen(sighting),
      .seen(PathSighting(accepted: nil, name: nil, source: nil, bytes: 0)),
    ]
    for answer in answers {
      #expect(PathAnswer(answer.line) == answer, "\(answer.line)")
      #expect(answer.line.utf8.count <= PathAnswer.maximumLine)
    }
  }

  @Test(arguments: [
    "", "YES", "OK", "OK backend=ebpf/1", "OK backend=none sockets=dual profile=254/999", "SEEN", "SEEN bytes=-1",
    "SEEN bytes=99999999", "SEEN accepted=1.2.3.4:5", "HTTP/1.1 400 Bad Request",
  ])
  func `an answer that cannot be is none`(line: String) {
    #expect(PathAnswer(line) == nil)
  }

  @Test func `of a sighting what cannot be read is not there`() throws {
    let line = "SEEN accepted=x name=1.2.3.4:99999 source= trusted=maybe ack=0 data=zz bytes=3 more=5 =="
    guard case .seen(let sighting) = try #require(PathAnswer(line)) else { return #expect(Bool(false)) }
    #expect(sighting == PathSighting(accepted: nil, name: nil, source: nil, isTrusted: false, bytes: 3))
    let tooLong = "SEEN data=\(String(repeating: "00", count: 41)) bytes=1"
    guard case .seen(let other) = try #require(PathAnswer(tooLong)) else { return #expect(Bool(false)) }
    #expect(other.dataOptions == nil)
  }

  @Test func `lines come out of pieces, and what can become none is garbage`() {
    var buffer = LineBuffer(limit: 8)
    buffer.append(Array("on".utf8))
    #expect(buffer.next() == .more)
    buffer.append(Array("e\r\ntwo\n\nrest".utf8))
    #expect(buffer.next() == .line("one"))
    #expect(buffer.next() == .line("two"))
    #expect(buffer.next() == .line(""))
    #expect(buffer.next() == .more)
    buffer.append(Array("-is-long".utf8))
    #expect(buffer.next() == .garbage)
    for bytes in [[0x41, 0, 0x42, 0x0a], [0xff], [0x1b, 0x5b], [0x41, 0x0d, 0x42, 0x0a]] as [[UInt8]] {
      var buffer = LineBuffer(limit: 8)
      buffer.append(bytes)
      #expect(buffer.next() == .garbage, "\(bytes)")
    }
    var long = LineBuffer(limit: 8)
    long.append(Array("123456789\n".utf8))
    #expect(long.next() == .garbage)
  }

  @Test func `a token matches itself in any writing, and no other`() {
    let token = PathToken("K7QM-2X9D-0A3F-TT8B")
    for good in ["K7QM-2X9D-0A3F-TT8B", "k7qm2x9d0a3ftt8b", "K7QM2X9D-0A3FTT8B"] {
      #expect(token.matches(good), "\(good)")
    }
    for bad in [
      "", "K7QM-2X9D-0A3F-TT8", "K7QM-2X9D-0A3F-TT8BB", "K7QM-2X9D-0A3F-TT8C", "-", String(repeating: "K", count: 4000),
    ] {
      #expect(!token.matches(bad), "\(bad)")
    }
    let tokens = Set((0..<100).map { _ in PathToken().text })
    #expect(tokens.count == 100)
    #expect(tokens.allSatisfy { $0.count == 19 && PathToken($0).matches($0.lowercased()) })
  }

  @Test func `every probe has a client of its own and a name of its own`() {
    let formats = Profile.standard.options.clientFormats + PathOptions.vendorFormats
    let probes = PathProbe.all(formats, main: formats[0])
    let clients = probes.compactMap(\.client).filter { $0.port != 0 }
    #expect(Set(clients).count == clients.count)
    #expect(probes.first?.format == nil && probes.filter(\.isFullSize).count == 2)
    for probe in probes { #expect(probe.option.count % 4 == 0 && probe.option.isEmpty == (probe.format == nil)) }
  }

  @Test func `the options of every vendor are known ones, each once`() {
    #expect(
      PathOptions.vendorFormats.map(\.description) == ["254/8", "253/8", "200/8", "254/20", "253/20", "28/7", "28/19"])
  }

  @Test func `whether the option came and the client was named follows from what was seen`() throws {
    let probe = PathProbe("p", .classic(kind: 254), number: 3)
    let client = try #require(probe.client)
    func result(_ place: PathProbe.Place = .data, accepted: Endpoint? = nil, data: [UInt8]? = nil, ack: [UInt8]? = nil)
      -> PathResult
    {
      PathResult(
        PathProbe("p", .classic(kind: 254), place, number: 3),
        .arrived(
          PathSighting(
            accepted: accepted, name: accepted, source: Endpoint("10.0.0.2:40000"), ackOptions: ack, dataOptions: data,
            bytes: 17)))
    }
    #expect(result(data: probe.option).keptOption == true)
    #expect(result(data: [1, 1] + probe.option).keptOption == true)
    #expect(result(data: [UInt8](repeating: 1, count: 8)).keptOption == false)
    #expect(result(data: [254, 8, 0, 1, 192, 0, 2, 77]).keptOption == false)
    #expect(result().keptOption == false)
    #expect(result(.ack, data: probe.option).keptOption == false)
    #expect(result(.ack, ack: probe.option).keptOption == true)
    #expect(result(accepted: client).namedClient == true)
    #expect(result(accepted: Endpoint("[::ffff:192.0.2.77]:\(client.port)")).namedClient == true)
    #expect(result(accepted: Endpoint("10.0.0.2:40000")).namedClient == false)
    #expect(result().namedClient == false)
    #expect(PathResult(probe, .stalled).keptOption == nil && PathResult(probe, .stalled).namedClient == nil)
    let portless = try #require(OptionFormat.known(kind: 28, length: 7))
    let seen = PathSighting(
      accepted: Endpoint("192.0.2.77:40000"), name: Endpoint("192.0.2.77:40000"), source: Endpoint("10.0.0.2:40000"),
      bytes: 17)
    #expect(PathResult(PathProbe("p", portless), .arrived(seen)).namedClient == true)
  }
}
