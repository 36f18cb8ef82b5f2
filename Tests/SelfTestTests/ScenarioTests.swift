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
  private static let deferred = ["v4-deferred", "v4-deferred-no-option"]
  private static let late = ["v4-late", "v4-late-overtaken", "v4-late-untrusted"]
  private static let syn = ["v4-syn", "v4-syn-and-ack"]
  private static let last = ["v4-last-of-three", "v4-last-of-four"]

  /// What a backend does that does all that a profile says.
  private static func abilities(_ text: String) throws -> Abilities {
    let profile = try Profile(parsing: text)
    return Abilities(
      options: profile.options, socketCalls: profile.socketCalls, behaviours: profile.behaviours, readsOldSegments: true
    )
  }

  private static func applicable(_ abilities: Abilities) -> [String] {
    ScenarioList(abilities).all.filter { $0.skip == nil }.map(\.name)
  }

  @Test func `case names are stable`() {
    let names = Self.basic + Self.clientsV6 + Self.calls + Self.deferred + Self.late + Self.syn
    #expect(SelfTestOptions().caseNames == names + ["v4-first-of-two"] + Self.last)
    #expect(Set(names).count == names.count)
  }

  @Test func `an older module runs the cases that it always ran`() {
    #expect(Self.applicable(.basic) == Self.basic + ["v4-first-of-two"])
  }

  @Test func `a profile decides which cases apply`() throws {
    let first = ["v4-first-of-two"]
    #expect(try Self.applicable(Self.abilities("default")) == Self.basic + Self.clientsV6 + Self.calls + first)
    #expect(
      try Self.applicable(Self.abilities("default deferred late syn last"))
        == Self.basic + Self.clientsV6 + Self.calls + Self.deferred + Self.late + Self.syn + Self.last)
    let lvs = Self.clientsV6.filter { $0 != "v6-option-254" }
    #expect(try Self.applicable(Self.abilities("lvs")) == Self.basic + lvs + Self.syn + first)
    let without254 = Self.basic.filter { !$0.contains("option-254") }
    #expect(try Self.applicable(Self.abilities("tencent-gaap")) == without254 + first)
    #expect(
      try Self.applicable(Self.abilities("28/7 28/19 77/10:ip4@6+port@4 1345"))
        == without254.filter { !$0.contains("option-200") } + ["v6-untrusted", "v6-multicast-client"]
        + ["v4-getsockopt-1345-v6-client", "v4-getsockopt-1345"] + first
        + ["v4-option-28-7", "v6-option-28-19", "v4-option-77-10"])
    var bpf = try Self.abilities("default late")
    bpf.readsOldSegments = false
    #expect(
      try Self.applicable(bpf) == Self.applicable(Self.abilities("default late")).filter { $0 != "v4-late-overtaken" })
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
    let completing = isSwallowed ? scenario.later.first?.options ?? [] : scenario.options
    switch find(completing) {
    case .client(let client, _): return client
    case .absent: break
    default: return nil
    }
    let earlier = isSwallowed ? read(.deferred, scenario.options) : nil
    return earlier ?? read(.syn, scenario.synOptions, isSYN: true)
      ?? scenario.later.lazy.compactMap { read(.late, $0.options) }.first
  }

  @Test(arguments: [
    "254/8 200/8", "default", "default deferred late syn last", "lvs late", "tencent-clb", "tencent-gaap deferred",
    "alibaba-cdn last", "dpvs syn", "28/7", "249/40 252/20", "77/10:ip4@6+port@4", "200/8:ip4@2+port@6 late",
  ])
  func `the option of a case is found exactly when the case expects the client, or the source is not trusted`(
    profile: String
  ) throws {
    let abilities = try Self.abilities(profile)
    for scenario in ScenarioList(abilities).all where scenario.skip == nil {
      let found = Self.client(scenario, abilities)
      let isRight = found == scenario.client
      #expect(isRight == (scenario.isPositive || !scenario.isTrusted), "\(scenario.name)")
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
