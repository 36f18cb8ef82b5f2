// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import SelfTest

@Suite struct ScenarioTests {
  private static let basic = [
    "v4-option-254", "v4-option-200", "v4-option-254-with-data", "v4-option-254-after-padding", "v4-no-option",
    "v4-wrong-length", "v4-length-past-header", "v4-zero-address", "v4-untrusted", "dual-option-254", "dual-option-200",
    "dual-no-option", "dual-untrusted", "v6-no-option", "v4-option-254-syn-cookie",
  ]
  private static let clientsV6 = [
    "v6-option-254", "v6-option-253", "v6-untrusted", "v6-multicast-client", "dual-option-253",
  ]
  private static let calls = ["v4-getsockopt-4096-v6-client", "v4-getsockopt-1345-v6-client", "v4-getsockopt-1345"]
  private static let shapes = [
    "v4-fin-with-data", "v4-data-before-ack", "v4-fast-open", "v4-defer-accept", "v4-area-full", "v4-two-kinds",
    "v4-area-full-without-option",
  ]
  private static let deferred = ["v4-deferred", "v4-deferred-no-option"]
  private static let late = ["v4-late", "v4-late-overtaken", "v4-late-untrusted"]
  private static let syn = ["v4-syn", "v4-syn-and-ack"]
  private static let last = ["v4-last-of-three", "v4-last-of-four"]

  /// What a backend does that does all that a profile says.
  private static func abilities(_ text: String) throws -> Abilities {
    let profile = try Profile(parsing: text)
    return Abilities(
      options: profile.options, socketCalls: profile.socketCalls, behaviours: profile.behaviours)
  }

  private static func applicable(_ abilities: Abilities) -> [String] {
    ScenarioList(abilities).all.filter { $0.skip == nil }.map(\.name)
  }

  @Test func `case names are stable`() {
    let names = Self.basic + Self.clientsV6 + Self.calls + Self.shapes + Self.deferred + Self.late + Self.syn
    #expect(SelfTestOptions().caseNames == names + ["v4-first-of-two"] + Self.last)
    #expect(Set(names).count == names.count)
  }

  @Test func `an older module runs the cases that it always ran`() {
    #expect(Self.applicable(.basic) == Self.basic + Self.shapes + ["v4-first-of-two"])
  }

  @Test func `a profile decides which cases apply`() throws {
    let first = ["v4-first-of-two"]
    let shapes = Self.shapes
    #expect(try Self.applicable(Self.abilities("default")) == Self.basic + Self.clientsV6 + Self.calls + shapes + first)
    #expect(
      try Self.applicable(Self.abilities("default deferred late syn last"))
        == Self.basic + Self.clientsV6 + Self.calls + shapes + Self.deferred + Self.late + Self.syn + Self.last)
    let lvs = Self.clientsV6.filter { $0 != "v6-option-254" }
    #expect(try Self.applicable(Self.abilities("lvs")) == Self.basic + lvs + shapes + Self.syn + first)
    let without254 = Self.basic.filter { !$0.contains("option-254") }
    #expect(
      try Self.applicable(Self.abilities("tencent-gaap")) == without254 + shapes.filter { $0 != "v4-two-kinds" } + first
    )
    #expect(
      try Self.applicable(Self.abilities("28/7 28/19 77/10:ip4@6+port@4 1345"))
        == without254.filter { !$0.contains("option-200") } + ["v6-untrusted", "v6-multicast-client"]
        + ["v4-getsockopt-1345-v6-client", "v4-getsockopt-1345"] + shapes + first
        + ["v4-option-28-7", "v6-option-28-19", "v4-option-77-10"])
  }

  @Test func `what eBPF cannot give is run and expected, what nobody asked for is not run`() throws {
    var bpf = try Self.abilities("default late")
    bpf.limits = Abilities.limitsOfEBPF
    let limited = ScenarioList(bpf).all.filter { $0.limit != nil }
    #expect(limited.map(\.name) == ["v4-deferred", "v4-late-overtaken", "v4-syn"])
    #expect(limited.allSatisfy { $0.skip == nil && $0.isPositive })
    let skipped = ScenarioList(bpf).all.filter { $0.skip != nil }.map(\.name)
    #expect(skipped == ["v4-deferred-no-option", "v4-syn-and-ack"] + Self.last)
  }

  @Test func `a profile that is asked for brings its options and behaviours, and no limit goes away`() throws {
    var bpf = Abilities(options: Profile.standard.options, behaviours: [.late], limits: Abilities.limitsOfEBPF)
    let asked = bpf.asked(for: try Profile(parsing: "lvs,28/7,4096"))
    #expect(asked.options.formats.map(\.description) == ["254/8", "253/20", "200/8", "28/7"])
    #expect(asked.behaviours == [] && asked.socketCalls == [] && asked.limits == bpf.limits)
    bpf.limits = [:]
    bpf.socketCalls = [.nat64Peer, .ttmPeer]
    let module = bpf.asked(for: try Profile(parsing: "lvs,4096"))
    #expect(module.behaviours == [.syn] && module.socketCalls == [.nat64Peer])
  }

  @Test func `the matrix has each option with each handshake on each socket, under names that differ`() throws {
    for text in VendorProfile.all.map(\.name) + ["249/40 252/20", "77/10:ip4@6+port@4"] {
      let list = ScenarioList(try Self.abilities(text))
      let names = (list.all + list.matrix).map(\.name)
      #expect(Set(names).count == names.count, "\(text)")
      for format in list.abilities.options.clientFormats {
        for listener in ["v4", "dual", "v6"] {
          for shape in HandshakeShape.allCases {
            let prefix = "\(listener)-\(format.kind)-\(format.length)-\(shape.rawValue)"
            #expect(names.contains { $0 == prefix || $0 == prefix + "-4096" || $0 == prefix + "-1345" }, "\(prefix)")
          }
        }
      }
    }
  }

  @Test func `no case has more options than a header holds, and a full area is full`() throws {
    for text in VendorProfile.all.map(\.name) + ["249/40 252/20", "77/10:ip4@6+port@4"] {
      let list = ScenarioList(try Self.abilities(text))
      for scenario in list.all + list.matrix where scenario.skip == nil {
        #expect(scenario.options.count <= 40 && scenario.synOptions.count <= 36, "\(scenario.name)")
        if scenario.name.contains("area-full") { #expect(scenario.options.count == 40, "\(scenario.name)") }
      }
    }
  }

  @Test(arguments: [
    ("254/20", "v4-untrusted", "no option with an IPv4 client is in the profile"),
    ("200/8", "v4-option-254", "option 254/8 is not in the profile"),
    ("254/8:ip4@2+port@6", "v4-option-254", "option 254/8 is not in the profile"),
    ("200/8", "v6-untrusted", "no option with an IPv6 client is in the profile"),
    ("200/8", "v4-getsockopt-1345", "getsockopt 1345 is not answered"),
    ("200/8 4096", "v4-getsockopt-4096-v6-client", "no option with an IPv6 client is in the profile"),
    ("200/8", "v4-syn", "`syn` is not in the profile"),
    ("200/8 last", "v4-first-of-two", "`last` is in the profile"),
    ("77/12:ip4@4 last", "v4-last-of-four", "4 options 77/12 are more than a header holds"),
  ])
  func `a case that does not apply says why`(profile: String, name: String, reason: String) throws {
    let scenario = try #require(ScenarioList(Self.abilities(profile)).all.first { $0.name == name })
    #expect(scenario.skip == reason)
  }

  /// What a backend that does what the abilities say would find: in the segment that completes the handshake, before that in the
  /// SYN or the swallowed ACK, after that in a later segment.
  private static func client(_ scenario: Scenario, _ abilities: Abilities) -> Endpoint? {
    func find(_ options: [UInt8], isSYN: Bool = false) -> OptionSearch {
      let header = TCPHeader(sourcePort: 1, destinationPort: 2, sequence: 0, flags: .ack, options: options)
      return abilities.options.search(header.options, isSYN: isSYN)
    }
    func read(_ behaviour: Profile.Behaviour, _ options: [UInt8], isSYN: Bool = false) -> Endpoint? {
      guard abilities.behaviours.contains(behaviour), case .client(let client, _) = find(options, isSYN: isSYN) else {
        return nil
      }
      return client
    }
    let isSwallowed = scenario.defersAccept && scenario.payload.isEmpty
    let isFastOpen = !scenario.synPayload.isEmpty
    let completing = isSwallowed ? scenario.later.first?.options ?? [] : scenario.options
    switch isFastOpen ? find(scenario.synOptions, isSYN: true) : find(completing) {
    case .client(let client, _): return client
    case .absent: break
    default: return nil
    }
    let earlier = isSwallowed ? read(.deferred, scenario.options) : nil
    return earlier ?? read(.syn, scenario.synOptions, isSYN: true)
      ?? ((isFastOpen ? [completing] : []) + scenario.later.map(\.options)).lazy.compactMap { read(.late, $0) }.first
  }

  @Test(arguments: [
    "254/8 200/8", "default", "default deferred late syn last", "lvs late", "tencent-clb", "tencent-gaap deferred",
    "alibaba-cdn last", "dpvs syn", "28/7", "249/40 252/20", "77/10:ip4@6+port@4", "200/8:ip4@2+port@6 late",
  ])
  func `the option of a case is found exactly when the case expects the client, or the source is not trusted`(
    profile: String
  ) throws {
    let abilities = try Self.abilities(profile)
    let list = ScenarioList(abilities)
    for scenario in list.all + list.matrix where scenario.skip == nil {
      let found = Self.client(scenario, abilities)
      let isRight = found == scenario.client
      // Without a socket call, an IPv4 socket cannot be told of the IPv6 client.
      let isHidden = scenario.listener == .v4 && scenario.client.address.bytes.count == 16 && !scenario.isPositive
      #expect(isRight == (scenario.isPositive || !scenario.isTrusted) || isHidden, "\(scenario.name)")
      #expect(isRight || found == nil, "\(scenario.name)")
    }
  }

  @Test func `an option without a port leaves that of the load balancer`() throws {
    let list = ScenarioList(try Self.abilities("28/7 28/19 1345"))
    let scenario = try #require(list.all.first { $0.name == "v4-option-28-7" })
    let addresses = TCPPacket.Addresses.v4(source: IPv4Address(10, 9, 0, 2), destination: Stage.address)
    #expect(scenario.expected(from: addresses, port: 40000).description == "192.0.2.77:40000")
    let call = try #require(list.all.first { $0.name == "v4-getsockopt-1345-v6-client" })
    #expect(call.expected(from: addresses, port: 40001).description == "[2001:db8::42]:40001")
    #expect(call.expectedName(from: addresses, port: 40001).description == "10.9.0.2:40001")
  }

  @Test func `a mapped address is expected on a dual-stack socket`() throws {
    let scenario = try #require(ScenarioList(.basic).all.first { $0.name == "dual-option-254" })
    let addresses = TCPPacket.Addresses.v4(source: IPv4Address(10, 9, 0, 2), destination: Stage.address)
    #expect(scenario.expected(from: addresses, port: 40000).description == "[::ffff:192.0.2.77]:34567")
    let control = try #require(ScenarioList(.basic).all.first { $0.name == "dual-no-option" })
    #expect(control.expected(from: addresses, port: 40000).description == "[::ffff:10.9.0.2]:40000")
  }

  @Test(
    arguments: [
      ("any", "10.9.0.2", nil),
      ("none", nil, "198.51.100.2"),
      ("10.0.0.0/8", "10.9.0.2", "198.51.100.2"),
      ("198.51.100.0/24", "198.51.100.1", "203.0.113.2"),
      ("203.0.113.9", "203.0.113.9", "198.51.100.2"),
      ("127.0.0.0/8,fc00::/7", nil, "198.51.100.2"),
      ("198.18.0.1", nil, "198.51.100.2"),
      ("198.18.0.0/15", "198.18.0.2", "198.51.100.2"),
      ("0.0.0.0/1,128.0.0.0/1", "10.9.0.2", nil),
      ("128.0.0.0/1,0.0.0.0/5", "128.0.0.1", "10.9.0.2"),
      ("255.255.255.255", nil, "198.51.100.2"),
    ] as [(String, String?, String?)])
  func `the balancer's addresses follow the trusted list`(list: String, trusted: String?, untrusted: String?) throws {
    let addresses = BalancerAddresses(trusted: try TrustList(parsing: list))
    #expect(addresses.trusted?.description == trusted)
    #expect(addresses.untrusted?.description == untrusted)
  }
}
