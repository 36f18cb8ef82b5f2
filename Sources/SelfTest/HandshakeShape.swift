// SPDX-License-Identifier: Apache-2.0
import Wire

/// How a handshake is completed, and in which of its segments the option is.
enum HandshakeShape: String, CaseIterable {
  case bareACK = "bare-ack"
  case withData = "with-data"
  case finWithData = "fin-with-data"
  case dataBeforeACK = "data-before-ack"
  case cookies = "syn-cookie"
  case fastOpen = "fast-open"
  case deferAccept = "defer-accept"
  case areaFull = "area-full"
  case twoKinds = "two-kinds"
  case untrusted
  case late
  case overtaken
  case deferred
  case syn
  case fastOpenACK = "fast-open-ack"

  /// What happens on the wire, half a sentence.
  var summary: String {
    switch self {
    case .bareACK: "on the bare ACK"
    case .withData: "on the ACK with the first data"
    case .finWithData: "on the ACK with the first data and FIN"
    case .dataBeforeACK: "on both, when the first data overtakes the bare ACK"
    case .cookies: "on the bare ACK, when SYN cookies are in use"
    case .fastOpen: "on a SYN whose data TCP Fast Open takes"
    case .deferAccept: "on ACK and data of a listener with TCP_DEFER_ACCEPT"
    case .areaFull: "at the end of a full option area, 40 bytes"
    case .twoKinds: "beside an option of another kind, which does not count"
    case .untrusted: "from outside of the trusted prefixes"
    case .late: "on the next ACK, when data without it completes the handshake"
    case .overtaken: "on the bare ACK alone, when data overtakes it"
    case .deferred: "on the bare ACK alone, which TCP_DEFER_ACCEPT swallows"
    case .syn: "on the SYN alone"
    case .fastOpenACK: "on the ACK alone, behind a SYN whose data TCP Fast Open takes"
    }
  }

  /// Behaviour of a profile without which the option is not read there.
  var behaviour: Profile.Behaviour? {
    switch self {
    case .late, .overtaken, .fastOpenACK: .late
    case .deferred: .deferred
    case .syn: .syn
    default: nil
    }
  }

  /// What some backend has no way to read.
  var limit: Abilities.Limit? {
    switch self {
    case .overtaken: .overtaken
    case .deferred: .deferred
    case .syn: .syn
    case .fastOpenACK: .fastOpenACK
    default: nil
    }
  }
}

/// Each handshake once, with the option that comes first.
extension ScenarioList {
  var shapes: [Scenario] {
    let chosen: [HandshakeShape] = [.finWithData, .dataBeforeACK, .fastOpen, .deferAccept, .areaFull, .twoKinds]
    return chosen.map { shape in
      scenario(shape, anyV4.format, on: .v4, name: "v4-\(shape.rawValue)", skip: anyV4.skip)
    } + [noRoom(.v4)]
  }

  /// Each option with each handshake on each kind of socket.
  var matrix: [Scenario] {
    let listeners: [ListenerFamily] = [.v4, .dualStack, .v6]
    return listeners.dropFirst().map(noRoom)
      + abilities.options.clientFormats.flatMap { format in
        listeners.flatMap { listener in
          HandshakeShape.allCases.flatMap { shape in
            let name = "\(listener.word)-\(format.kind)-\(format.length)-\(shape.rawValue)"
            let plain = scenario(shape, format, on: listener, name: name, skip: nil)
            guard listener == .v4, format.family == .v6, plain.isPositive else { return [plain] }
            return hidden(plain)
          }
        }
      }
  }

  /// An IPv4 socket's calls cannot name an IPv6 client: each socket call has to, and where there is none, the balancer stays.
  private func hidden(_ plain: Scenario) -> [Scenario] {
    let calls = Profile.SocketCall.allCases.filter(abilities.socketCalls.contains)
    guard !calls.isEmpty else {
      var control = plain
      (control.isPositive, control.limit) = (false, nil)
      control.purpose = "An IPv4 socket keeps the load balancer of an IPv6 client, \(plain.purpose)"
      return [control]
    }
    return calls.map { call in
      var asked = plain
      asked.name += "-\(call)"
      asked.socketCall = call
      return asked
    }
  }

  /// A full option area leaves the load balancer no room.
  private func noRoom(_ listener: ListenerFamily) -> Scenario {
    Scenario(
      name: "\(listener.word)-area-full-without-option",
      purpose: "Where 40 bytes of other options leave no room, the load balancer's address stays.", listener: listener,
      options: Self.filler(TCPOptions.capacity))
  }

  private func scenario(
    _ shape: HandshakeShape, _ format: OptionFormat, on listener: ListenerFamily, name: String, skip: String?
  ) -> Scenario {
    let client = client(format)
    let option = bytes(format, client)
    let data = [Scenario.Segment(payload: Self.request)]
    var one = Scenario(
      name: name, purpose: "Option \(format) \(shape.summary).", listener: listener, isPositive: true, client: client)
    one.skip = skip
    if let behaviour = shape.behaviour {
      one.limit = shape.limit.flatMap { abilities.limits[$0] }
      if one.limit == nil { one.skip = skip ?? abilities.lacks(behaviour) }
    }
    switch shape {
    case .bareACK, .cookies: one.options = option
    case .withData, .finWithData:
      (one.options, one.payload, one.isLast) = (option, Self.request, shape == .finWithData)
    case .dataBeforeACK, .overtaken:
      one.payload = Self.request
      if shape == .dataBeforeACK { one.options = option }
      one.later = [Scenario.Segment(options: option, isOvertaken: true)]
    case .fastOpen, .syn:
      one.synOptions = option
      // The maximum segment size is there as well.
      if option.count > TCPOptions.capacity - 4 { one.skip = skip ?? "option \(format) does not fit into a SYN" }
    case .fastOpenACK: one.options = option
    case .deferAccept:
      (one.options, one.later) = (option, [Scenario.Segment(options: option, payload: Self.request)])
    case .deferred: (one.options, one.later) = (option, data)
    case .areaFull: one.options = Self.filler(TCPOptions.capacity - option.count) + option
    case .twoKinds:
      guard let second = second(beside: format) else {
        one.skip = skip ?? "the profile has no other option that fits beside \(format)"
        break
      }
      let wrong = bytes(second, other(self.client(second)))
      one.options = abilities.options.choice == .last ? wrong + option : option + wrong
    case .untrusted: (one.options, one.isTrusted, one.isPositive) = (option, false, false)
    case .late: (one.payload, one.later) = (Self.request, [Scenario.Segment(options: option)])
    }
    one.usesCookies = shape == .cookies
    one.defersAccept = shape == .deferAccept || shape == .deferred
    if shape == .fastOpen || shape == .fastOpenACK { one.synPayload = Self.request }
    return one
  }

  /// Another option of the profile that has room beside one, of another kind if there is one.
  private func second(beside format: OptionFormat) -> OptionFormat? {
    let fitting = abilities.options.clientFormats.filter {
      $0 != format && Int($0.length) + Int(format.length) <= TCPOptions.capacity
    }
    return fitting.first { $0.kind != format.kind } ?? fitting.first
  }

  /// Options that fill so many bytes: timestamps as usual, an option that nobody knows, padding where that is too long.
  private static func filler(_ count: Int) -> [UInt8] {
    let timestamps: [UInt8] = count < 12 ? [] : [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0]
    let rest = count - timestamps.count
    guard rest >= 2 else { return timestamps + [UInt8](repeating: 1, count: rest) }
    return timestamps + [99, UInt8(rest)] + [UInt8](repeating: 0, count: rest - 2)
  }
}

extension ListenerFamily {
  /// How names of cases begin.
  fileprivate var word: String {
    switch self {
    case .v4: "v4"
    case .dualStack: "dual"
    case .v6: "v6"
    }
  }
}
