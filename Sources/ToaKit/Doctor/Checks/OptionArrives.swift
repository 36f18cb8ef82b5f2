// SPDX-License-Identifier: Apache-2.0
internal import Capture

extension Check {
  static let optionArrives = Check(
    "NET01", .network, "the option arrives", owner: .loadBalancer, watches: true,
    explanation: """
      Everything begins with an option in the segment that completes the handshake. A load balancer sends it where TOA is switched on for
      the listener, in a mode in which it connects with an address of its own (FULLNAT); in NAT and DR mode it needs none, as the
      server then sees the client itself.

      Doctor watches connections being opened, or reads a file:
          toa doctor --capture --port 443 --seconds 30
          toa doctor --read lb.pcap --port 443

      Name the port. Without it doctor cannot tell the load balancer's connections from those of monitoring and of other servers, and only
      warns. Connections over which the client sends nothing are not judged: health checks mostly have no option.

      Where no option comes, switch TOA on in the load balancer's own settings, mostly for each listener or group of servers:
          LVS FULLNAT: sysctl net.ipv4.vs.fullnat_toa_entry=1
          clouds: the listener's page of the console ("get client IP", "TOA", "source address")
      Then capture at its side, and read the file here. When the option is there and not here, something on the way takes it out (NET07):
          tcpdump -i any -s 128 -w lb.pcap 'tcp port 443'
      """
  ) { context in
    guard let watch = context.watch else {
      return Outcome(.skipped, "needs a capture: toa doctor --capture")
    }
    let seen: NetworkWatch.Seen
    switch await watch.outcome {
    case .failure(let error): return Outcome(.skipped, error.what, evidence: [error.why], fix: error.next)
    case .success(let result): seen = result
    }
    let totals = seen.totals
    guard totals.complete > 0 else {
      return Outcome(.info, "nobody connected in \(seen.span)", evidence: totals.evidence([.unanswered, .unfinished]))
    }
    let all = "\(totals.delivered) of \(totals.complete) connections name their client"
    if let malformed = totals.counts[.malformed], malformed > 0 {
      return Outcome(
        totals.delivered == 0 && totals.main == .malformed ? .error : .warning,
        "\(malformed) of \(totals.complete) connections have a broken option: "
          + (totals.examples[.malformed]?.verdict.sentence ?? ""),
        expected: "an option that names a client", evidence: totals.evidence([.malformed]),
        fix: await seen.advice.next(.malformed, totals))
    }
    let unnamed = totals.unnamed.values.reduce(0, +)
    guard totals.delivered == 0, totals.main == .notSent, unnamed > 0 else {
      let plain = totals.counts[.notSent] ?? 0
      let without = plain == 0 ? "" : "; \(plain) have no option, as health checks and direct connections have none"
      return Outcome(totals.delivered == totals.complete ? .ok : .info, all + without)
    }
    let port = totals.unnamed.max { $0.value < $1.value }?.key ?? 0
    let advice = await seen.advice.next(.notSent, totals)
    guard seen.ports.isEmpty else {
      return Outcome(
        .error,
        "no option in \(unnamed) connection\(unnamed == 1 ? "" : "s"): "
          + (totals.examples[.notSent]?.verdict.sentence ?? ""),
        expected: "an option in the segment that completes the handshake", evidence: totals.evidence([.notSent]),
        fix: advice)
    }
    // Somebody's own shell is not the load balancer's business.
    guard totals.unnamed.keys.contains(where: { $0 != 22 }) else { return Outcome(.info, all) }
    return Outcome(
      .warning, "no connection has an option, not one of \(totals.complete)",
      expected: "an option in connections of the load balancer", evidence: totals.evidence([.notSent]),
      fix: ["toa doctor --capture --port \(port)  (or the port of another server behind it)"] + advice)
  }
}

extension CaptureTotals {
  /// A connection of each of these causes, with what was seen of it.
  func evidence(_ causes: [HandshakeCause]) -> [String] {
    causes.compactMap { cause in
      examples[cause].map { "\($0.handshake.balancer) -> \($0.handshake.server): \($0.verdict.sentence)" }
    }
  }
}
