// SPDX-License-Identifier: Apache-2.0
import Wire

/// Runs one case after the other on a stage.
struct CaseRunner: ~Copyable {
  private let stage: Stage
  private let balancers: BalancerAddresses
  private let options: SelfTestOptions

  /// Sets the stage; the calling thread belongs to it from here on.
  init(_ options: SelfTestOptions) throws(SelfTestError) {
    self.options = options
    balancers = BalancerAddresses(trusted: options.trusted ?? .standard)
    stage = try Stage()
  }

  /// The results of the chosen cases.
  func run() -> [SelfTestCase] {
    let whole = Deadline(milliseconds: options.caseMilliseconds * 5)
    var results: [SelfTestCase] = []
    for (number, scenario) in Scenario.all.enumerated()
    where options.only.isEmpty || options.only.contains(scenario.name) {
      let deadline = whole.orAfter(milliseconds: options.caseMilliseconds)
      results.append(run(scenario, port: 40000 + UInt16(number), before: deadline))
    }
    return results
  }

  private func run(_ scenario: Scenario, port: UInt16, before deadline: Deadline) -> SelfTestCase {
    if let reason = reasonToSkip(scenario) { return scenario.skipped(reason) }
    guard let addresses = addresses(for: scenario) else { return scenario.skipped("no address to send from") }
    if scenario.usesCookies {
      let error = writeSetting(Self.cookieSetting, "2")
      guard error == 0 else { return scenario.skipped("SYN cookies cannot be set for one namespace (errno \(error))") }
    }
    defer { if scenario.usesCookies { _ = writeSetting(Self.cookieSetting, "1") } }
    let start = ContinuousClock.now
    var observation = Observation(expected: scenario.expected(from: addresses, port: port))
    do throws(CaseFailure) {
      try connect(scenario, addresses, port: port, before: deadline, into: &observation)
    } catch {
      observation.failure = error.description
    }
    return scenario.result(observation, after: .now - start)
  }

  private func connect(
    _ scenario: Scenario, _ addresses: TCPPacket.Addresses, port: UInt16, before deadline: Deadline,
    into observation: inout Observation
  ) throws(CaseFailure) {
    let listener = try Listener(scenario.listener)
    var balancer = SyntheticBalancer(addresses: addresses, port: port, serverPort: listener.port)
    defer { balancer.reset(over: stage.tun) }
    try balancer.open(over: stage.tun, before: deadline)
    try balancer.complete(over: stage.tun, options: scenario.options, payload: scenario.payload)
    let connection = try listener.accept(before: deadline)
    observation.accepted = connection.accepted
    observation.peerName = try connection.peerName()
  }

  private static let cookieSetting = "/proc/sys/net/ipv4/tcp_syncookies"

  private func reasonToSkip(_ scenario: Scenario) -> String? {
    switch scenario.listener {
    case .dualStack: if let reason = stage.missingSocketsV6 { return reason }
    case .v6: return stage.missingAddressV6
    case .v4: break
    }
    if scenario.isTrusted {
      return balancers.trusted == nil && scenario.isPositive ? "no IPv4 source is trusted" : nil
    }
    return balancers.untrusted == nil ? "every source is trusted" : nil
  }

  private func addresses(for scenario: Scenario) -> TCPPacket.Addresses? {
    if scenario.listener == .v6 { return .v6(source: BalancerAddresses.v6, destination: Stage.addressV6) }
    let source = scenario.isTrusted ? balancers.trusted ?? balancers.untrusted : balancers.untrusted
    return source.map { .v4(source: $0, destination: Stage.address) }
  }
}
