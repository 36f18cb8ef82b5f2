// SPDX-License-Identifier: Apache-2.0
public import Wire

/// The protocol between `toa selftest --against` and `--listen`: lines of ASCII on one TCP connection, to the port that the crafted
/// connections go to as well. Nothing is answered before the token is right.
///
///     -> TOA-SELFTEST 1 TOKEN        <- OK backend=ebpf/0.1.0 sockets=dual profile=254/8,200/8   (or NO token, NO busy)
///     -> EXPECT NONCE                <- READY
///        (the crafted connection, whose data begins with NONCE and a line end)
///     -> SEEN NONCE                  <- SEEN accepted=... name=... source=... trusted=yes ...   (or NONE)
enum PathRequest: Equatable {
  case hello(version: Int, token: String)
  case expect(PathNonce)
  case seen(PathNonce)

  /// The word with which every control connection begins.
  static let magic = "TOA-SELFTEST"
  /// Version of the protocol.
  static let version = 1
  /// Most bytes of a line that is taken from a stranger.
  static let maximumLine = 128

  init?(_ line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    switch (words.first, words.count) {
    case (Self.magic[...], 3):
      guard let version = decimal(words[1].utf8, upTo: 999) else { return nil }
      self = .hello(version: version, token: String(words[2]))
    case ("EXPECT", 2):
      guard let nonce = PathNonce(words[1]) else { return nil }
      self = .expect(nonce)
    case ("SEEN", 2):
      guard let nonce = PathNonce(words[1]) else { return nil }
      self = .seen(nonce)
    default: return nil
    }
  }

  var line: String {
    switch self {
    case .hello(let version, let token): "\(Self.magic) \(version) \(token)"
    case .expect(let nonce): "EXPECT \(nonce.text)"
    case .seen(let nonce): "SEEN \(nonce.text)"
    }
  }
}

/// What the listening side answers.
enum PathAnswer: Equatable {
  case ok(PathHost)
  /// Refused: "token", "version 1", "busy".
  case no(String)
  case ready
  case seen(PathSighting)
  /// Nothing came with that nonce so far.
  case none

  /// Most bytes of an answer: a profile may have 1000.
  static let maximumLine = 2048

  init?(_ line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    let fields = PathFields(words.dropFirst())
    switch words.first {
    case "OK":
      guard let host = PathHost(fields) else { return nil }
      self = .ok(host)
    case "NO": self = .no(words.dropFirst().joined(separator: " "))
    case "READY": self = .ready
    case "SEEN":
      guard let sighting = PathSighting(fields) else { return nil }
      self = .seen(sighting)
    case "NONE": self = .none
    default: return nil
    }
  }

  var line: String {
    switch self {
    case .ok(let host): "OK \(host.fields)"
    case .no(let why): "NO \(why)"
    case .ready: "READY"
    case .seen(let sighting): "SEEN \(sighting.fields)"
    case .none: "NONE"
    }
  }
}

/// "name=value" words; of two with one name the last counts.
struct PathFields {
  private var values: [Substring: Substring] = [:]

  init(_ words: some Sequence<Substring>) {
    for word in words {
      guard let equals = word.firstIndex(of: "=") else { continue }
      values[word[..<equals]] = word[word.index(after: equals)...]
    }
  }

  subscript(name: Substring) -> String? { values[name].map(String.init) }
}

/// What the listening host says of itself.
public struct PathHost: Sendable, Equatable {
  /// "ebpf/0.1.0" or "module/0.1.0"; nil when no backend is in its kernel.
  public var backend: String?
  /// Whether its socket takes IPv6 addresses, so that it can be told of IPv6 clients.
  public var isDualStack: Bool
  /// The profile in force, as words between commas; empty without a backend.
  public var profile: String

  /// Creates the value.
  public init(backend: String?, isDualStack: Bool = true, profile: String) {
    self.backend = backend
    self.isDualStack = isDualStack
    self.profile = profile
  }

  init?(_ fields: PathFields) {
    guard let backend = fields["backend"], let sockets = fields["sockets"], let profile = fields["profile"] else {
      return nil
    }
    guard profile.isEmpty || (try? Profile(parsing: profile)) != nil else { return nil }
    self.init(backend: backend == "none" ? nil : backend, isDualStack: sockets == "dual", profile: profile)
  }

  var fields: String { "backend=\(backend ?? "none") sockets=\(isDualStack ? "dual" : "v4") profile=\(profile)" }
}

/// What the listening host saw of one crafted connection.
public struct PathSighting: Sendable, Equatable {
  /// What accept(2) gave.
  public var accepted: Endpoint?
  /// What getpeername(2) gave.
  public var name: Endpoint?
  /// Where the packets came from; nil when they were not captured.
  public var source: Endpoint?
  /// Whether an option from that source is believed.
  public var isTrusted: Bool
  /// Option bytes of the bare ACK that completed the handshake; nil when none was captured before the first data.
  public var ackOptions: [UInt8]?
  /// Option bytes of the segment with the nonce; nil when it was not captured.
  public var dataOptions: [UInt8]?
  /// Bytes of data that the socket gave.
  public var bytes: Int

  /// Creates the value.
  public init(
    accepted: Endpoint?, name: Endpoint?, source: Endpoint?, isTrusted: Bool = true, ackOptions: [UInt8]? = nil,
    dataOptions: [UInt8]? = nil, bytes: Int
  ) {
    self.accepted = accepted
    self.name = name
    self.source = source
    self.isTrusted = isTrusted
    self.ackOptions = ackOptions
    self.dataOptions = dataOptions
    self.bytes = bytes
  }

  init?(_ fields: PathFields) {
    guard let bytes = fields["bytes"].flatMap({ decimal($0.utf8, upTo: 1_000_000) }) else { return nil }
    func endpoint(_ name: Substring) -> Endpoint? { fields[name].flatMap(Endpoint.init) }
    self.init(
      accepted: endpoint("accepted"), name: endpoint("name"), source: endpoint("source"),
      isTrusted: fields["trusted"] == "yes", ackOptions: fields["ack"].flatMap(Self.bytes),
      dataOptions: fields["data"].flatMap(Self.bytes), bytes: bytes)
  }

  var fields: String {
    func text(_ endpoint: Endpoint?) -> String { endpoint.map { "\($0)" } ?? "-" }
    func hex(_ bytes: [UInt8]?) -> String { bytes.map { hexadecimal($0) } ?? "-" }
    return "accepted=\(text(accepted)) name=\(text(name)) source=\(text(source)) trusted=\(isTrusted ? "yes" : "no") "
      + "ack=\(hex(ackOptions)) data=\(hex(dataOptions)) bytes=\(bytes)"
  }

  /// Option bytes from hexadecimal digits; nil for anything else, or more than a header holds.
  private static func bytes(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0, digits.count <= 2 * TCPOptions.capacity else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

/// A word that only the two sides of one session know, and which marks the data of one crafted connection.
struct PathNonce: Hashable {
  /// Hexadecimal digits.
  static let length = 16
  let text: String

  init() { text = hexadecimal((0..<Self.length / 2).map { _ in UInt8.random(in: 0...255) }) }

  init?(_ text: Substring) {
    guard text.utf8.count == Self.length,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    self.text = String(text)
  }
}

/// Bytes as lowercase hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
