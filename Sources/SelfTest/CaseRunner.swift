// SPDX-License-Identifier: Apache-2.0
import Linux
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
    for (number, scenario) in options.scenarios.enumerated()
    where options.only.isEmpty || options.only.contains(scenario.name) {
      let deadline = whole.orAfter(milliseconds: options.caseMilliseconds)
      results.append(run(scenario, port: 40000 + UInt16(number), before: deadline))
    }
    return results
  }

  private func run(_ scenario: Scenario, port: UInt16, before deadline: Deadline) -> SelfTestCase {
    if let reason = scenario.skip ?? reasonToSkip(scenario) { return scenario.skipped(reason) }
    guard let addresses = addresses(for: scenario) else { return scenario.skipped("no address to send from") }
    for setting in scenario.settings {
      let error = writeSetting(setting.path, setting.value)
      guard error == 0 else {
        return scenario.skipped("\(setting.name) cannot be set for one namespace (errno \(error))")
      }
    }
    defer { for setting in scenario.settings { _ = writeSetting(setting.path, setting.usual) } }
    let start = ContinuousClock.now
    var observation = Observation(
      expected: scenario.expected(from: addresses, port: port),
      expectedName: scenario.expectedName(from: addresses, port: port))
    do throws(CaseFailure) {
      try connect(scenario, addresses, port: port, before: deadline, into: &observation)
    } catch {
      observation.failure = error.description
    }
    return scenario.result(observation, from: addresses, port: port, after: .now - start)
  }

  private func connect(
    _ scenario: Scenario, _ addresses: TCPPacket.Addresses, port: UInt16, before deadline: Deadline,
    into observation: inout Observation
  ) throws(CaseFailure) {
    let listener = try Listener(
      scenario.listener, defersAccept: scenario.defersAccept, takesFastOpen: !scenario.synPayload.isEmpty)
    var balancer = SyntheticBalancer(addresses: addresses, port: port, serverPort: listener.port)
    defer { balancer.reset(over: stage.tun) }
    try balancer.open(over: stage.tun, options: scenario.synOptions, payload: scenario.synPayload, before: deadline)
    try balancer.send(
      Scenario.Segment(options: scenario.options, payload: scenario.payload, isLast: scenario.isLast), over: stage.tun)
    // The kernel has dealt with a packet when it has taken it from the device: accept(2) comes after all of them.
    for segment in scenario.later { try balancer.send(segment, over: stage.tun) }
    let connection = try listener.accept(before: deadline)
    observation.accepted = connection.accepted
    observation.peerName = try connection.peerName()
    guard let call = scenario.socketCall else { return }
    do throws(CaseFailure) {
      observation.bySocketOption = try connection.client(by: call)
    } catch {
      // Where the client cannot be known, the call has no answer.
      if scenario.limit == nil { throw error }
    }
  }

  private func reasonToSkip(_ scenario: Scenario) -> String? {
    switch scenario.listener {
    case .dualStack: if let reason = stage.missingSocketsV6 { return reason }
    case .v6: if let reason = stage.missingAddressV6 { return reason }
    case .v4: break
    }
    let family = scenario.listener == .v6 ? "IPv6" : "IPv4"
    if scenario.isTrusted {
      return balancers.trusted(scenario.listener) == nil && scenario.isPositive ? "no \(family) source is trusted" : nil
    }
    return balancers.untrusted(scenario.listener) == nil ? "every source is trusted" : nil
  }

  private func addresses(for scenario: Scenario) -> TCPPacket.Addresses? {
    let inside = scenario.isTrusted ? balancers.trusted(scenario.listener) : nil
    switch inside ?? balancers.untrusted(scenario.listener) {
    case .v4(let source)?: return .v4(source: source, destination: Stage.address)
    case .v6(let source)?: return .v6(source: source, destination: Stage.addressV6)
    case nil: return nil
    }
  }
}

/// A setting of the stage's network namespace that a case wants otherwise than usual.
private struct StageSetting {
  let name: String
  let path: String
  let value: String
  let usual: String
}

extension Scenario {
  fileprivate var settings: [StageSetting] {
    let folder = "/proc/sys/net/ipv4/"
    var settings: [StageSetting] = []
    if usesCookies {
      settings.append(StageSetting(name: "SYN cookies", path: folder + "tcp_syncookies", value: "2", usual: "1"))
    }
    if !synPayload.isEmpty {
      // Of servers, and without a cookie (RFC 7413, 4.1.2), which would want a connection before.
      settings.append(StageSetting(name: "Fast Open", path: folder + "tcp_fastopen", value: "514", usual: "1"))
    }
    return settings
  }
}
