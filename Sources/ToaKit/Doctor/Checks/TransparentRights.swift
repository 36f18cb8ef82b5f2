// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let transparentRights = Check(
    "NET20", .network, "rights of a transparent proxy",
    explanation: """
      To connect with an address that the host does not have a process needs CAP_NET_RAW or CAP_NET_ADMIN. haproxy gives up all rights
      when it changes to the `user` of its configuration, and does not start when that leaves it without.

      haproxy 2.9 and newer keep one, with this line in the section `global`:
          setcap cap_net_raw
      (with ports below 1024 that are bound later also cap_net_bind_service). Older ones have to run as root: without `user`, `group`,
      `uid` and `gid`. nginx 1.13.8 and newer keep CAP_NET_RAW by themselves, unless the unit of systemd forbids it
      (CapabilityBoundingSet).

      What a process has, a bit each, 12 and 13 are the two:
          grep CapEff /proc/PID/status
      """
  ) { context in
    let facts: TransparentFacts
    switch await context.transparent() {
    case .nothing(let outcome): return outcome
    case .facts(let found): facts = found
    }
    let unable = facts.processes.filter { $0.mayBindForeign == false }
    if let process = unable.first {
      return Outcome(
        .error,
        "\(process.label) has neither CAP_NET_RAW nor CAP_NET_ADMIN and cannot connect with foreign addresses",
        expected: "one of the two",
        evidence: unable.prefix(4).map { "/proc/\($0.id)/status: CapEff \(String($0.capabilities ?? 0, radix: 16))" }
          + facts.evidence,
        fix: await mending(process.program, facts, context.system))
    }
    let haproxy = facts.proxies.first { $0.program == .haproxy }
    if let haproxy, haproxy.losesRights {
      let runs = facts.processes.contains { $0.program == .haproxy }
      return Outcome(
        runs ? .warning : .error,
        "haproxy does not start \(runs ? "again " : "")with this configuration: as \(haproxy.user ?? "") it may not connect "
          + "with foreign addresses",
        expected: "a right that it keeps, or root",
        evidence: facts.evidence + ["\(haproxy.paths.first ?? ""): user \(haproxy.user ?? "")"],
        fix: await mending(.haproxy, facts, context.system))
    }
    let known = facts.processes.filter { $0.mayBindForeign == true }.count
    return Outcome(.ok, known == 0 ? "none runs here" : "\(known) processes may connect with foreign addresses")
  }

  private static func mending(
    _ program: ProxyConfiguration.Program, _ facts: TransparentFacts, _ system: System
  ) async -> [String] {
    guard program == .haproxy else {
      return ["systemctl restart nginx", "or allow its unit CAP_NET_RAW: systemctl edit nginx (CapabilityBoundingSet)"]
    }
    let path = facts.proxies.first { $0.program == .haproxy }?.paths.first ?? "/etc/haproxy/haproxy.cfg"
    let keep = "write `setcap cap_net_raw` into the section global of \(path), then: systemctl restart haproxy"
    let root = "take `user` and `group` out of the section global of \(path), then: systemctl restart haproxy"
    // "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/"
    guard let program = system.run.find("haproxy"),
      let words = (try? await system.run.run(Command(program, ["-v"])))?.output.split(separator: " "),
      let version = words.word(after: "version")
    else { return [keep, "before haproxy 2.9: " + root] }
    return versionOrder(version.prefix { $0.isNumber || $0 == "." }.description, "2.9") < 0 ? [root] : [keep]
  }
}

extension ProxyConfiguration {
  /// Whether haproxy changes to a user who may not connect with foreign addresses.
  fileprivate var losesRights: Bool {
    guard program == .haproxy, let user, !["root", "0"].contains(user) else { return false }
    return !capabilities.contains("cap_net_raw") && !capabilities.contains("cap_net_admin")
  }
}
