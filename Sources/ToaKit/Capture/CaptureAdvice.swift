// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import Wire

/// What to do about a cause, as commands of this host where there are any.
struct CaptureAdvice {
  let system: System
  /// Whether the packets are this host's own, so that its routes mean something.
  let isOwn: Bool
  let judge: HandshakeJudge

  /// Commands and requests, most useful first.
  func next(_ cause: HandshakeCause, _ totals: CaptureTotals) async -> [String] {
    guard let (handshake, verdict) = totals.examples[cause] else { return [] }
    switch cause {
    case .delivered, .unfinished: return []
    case .untrusted: return untrusted(totals)
    case .synOnly: return adding("syn")
    case .overtaken, .late: return adding("late")
    case .otherProfile: return otherProfile(verdict)
    case .malformed: return ["LB team: the option's bytes are wrong; toa capture --json shows them"]
    case .headerFull:
      return [
        "LB team: leave out options on this segment (\(handshake.completing?.optionUse ?? "")); "
          + "without TCP timestamps 12 bytes are free"
      ]
    case .segmentFull: return await shorter(handshake, verdict)
    case .finWithData:
      return ["LB team: let the option also be added to segments with FIN (LVS: tcp_fnat_in_handler checks !tcph->fin)"]
    case .stripped:
      return ["network team: let TCP options of kind \(kinds) pass; firewalls call it \"TCP option normalisation\""]
    case .notSent:
      return [
        "LB team: switch TOA on for this listener, in a mode that connects with the balancer's own address",
        "toa capture at the balancer's side: if the option is there, something on the way removes it",
      ]
    case .unanswered:
      return [
        "ss -ltn 'sport = :\(handshake.server.port)'", "look for a firewall rule on port \(handshake.server.port)",
      ]
    case .cutOff: return ["tcpdump -s 128 or more, or toa capture --pcap FILE"]
    }
  }

  private var kinds: String {
    Set(judge.profile.options.clientFormats.map { Int($0.kind) }).sorted().map(String.init).joined(separator: ", ")
  }

  private func untrusted(_ totals: CaptureTotals) -> [String] {
    let sources = totals.untrusted.sorted()
    let list = sources.prefix(8).joined(separator: ",")
    return [
      "toa install --trust \(list)" + (sources.count > 8 ? "  (and \(sources.count - 8) more: name their prefix)" : "")
    ]
  }

  private func adding(_ word: String) -> [String] {
    let change = judge.profile.typedChange(adding: word)
    return [change.install, change.load]
  }

  private func otherProfile(_ verdict: HandshakeVerdict) -> [String] {
    guard let format = verdict.found?.format else { return [] }
    let readers = VendorProfile.all.filter { $0.words.contains(format.word) }.map { "toa install --profile \($0.name)" }
    return readers + adding(format.word)
  }

  /// A smaller MSS, so that the balancer's peer leaves room: for the route to the balancer, or for one listener.
  private func shorter(_ handshake: Handshake, _ verdict: HandshakeVerdict) async -> [String] {
    guard let offered = handshake.answer?.maximumSegmentSize else { return [] }
    let size = offered - verdict.bytesNeeded
    let listener = "application: setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &(int){\(size)}, sizeof(int)) before listen(2)"
    guard isOwn, let route = await route(to: handshake.balancer.address.unmapped) else {
      return [
        "on the server, for its route to \(handshake.balancer.address): ip route change ... advmss \(size)", listener,
      ]
    }
    return ["\(route) advmss \(size)", listener]
  }

  /// The command that changes the route to an address, without what is to be changed.
  private func route(to address: IPAddress) async -> String? {
    let family: [String] = if case .v6 = address { ["-6"] } else { [] }
    let show = Command("ip", family + ["route", "show", "to", "match", "\(address)"])
    guard let output = try? await system.run.run(show), output.status == 0,
      // All routes that lead there, the shortest prefix first.
      let line = output.output.split(separator: "\n").last
    else { return nil }
    var words = line.split(separator: " ").map(String.init)
    while let index = words.firstIndex(of: "advmss"), index + 1 < words.count {
      words.removeSubrange(index...(index + 1))
    }
    words.removeAll { ["linkdown", "dead", "pref", "medium", "offload"].contains($0) }
    return Command("ip", family + ["route", "change"] + words).typed
  }
}
