// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@testable import SelfTest

@Suite struct ScenarioTests {
  @Test func `case names are stable`() {
    #expect(
      SelfTestOptions.caseNames == [
        "v4-option-254", "v4-option-200", "v4-option-254-with-data", "v4-option-254-after-padding", "v4-no-option",
        "v4-wrong-length", "v4-length-past-header", "v4-zero-address", "v4-untrusted", "dual-option-254",
        "dual-option-200", "dual-no-option", "dual-untrusted", "v6-no-option", "v4-option-254-syn-cookie",
        "v6-option-254", "v6-option-253", "v6-untrusted", "dual-option-253", "v4-option-253-getsockopt-4096",
        "v4-option-253-getsockopt-1345", "v4-option-254-getsockopt-1345",
      ])
  }

  @Test func `the option of a case is found exactly when the case expects the client, or the source is not trusted`() {
    for scenario in Scenario.all {
      let options = TCPHeader(sourcePort: 1, destinationPort: 2, sequence: 0, flags: .ack, options: scenario.options)
      let isFound: Bool
      if case .client(let client, _) = OptionTable.standard.search(options.options) {
        isFound = client == scenario.client
      } else {
        isFound = false
      }
      #expect(isFound == (scenario.isPositive || !scenario.isTrusted), "\(scenario.name)")
    }
  }

  @Test func `a mapped address is expected on a dual-stack socket`() throws {
    let scenario = try #require(Scenario.all.first { $0.name == "dual-option-254" })
    let addresses = TCPPacket.Addresses.v4(source: IPv4Address(10, 9, 0, 2), destination: Stage.address)
    #expect(scenario.expected(from: addresses, port: 40000).description == "[::ffff:192.0.2.77]:34567")
    let control = try #require(Scenario.all.first { $0.name == "dual-no-option" })
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
