// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Wire

extension DoctorContext {
  /// What a capture shows of some causes for which a connection does not give its client: an error where that is why none does.
  fileprivate func outcome(of causes: HandshakeCause..., expected: String, ok: String) async -> Outcome {
    let seen: NetworkWatch.Seen
    switch await watched {
    case .nothing(let outcome): return outcome
    case .seen(let result): seen = result
    }
    let totals = seen.totals
    let found = totals.ranked.filter { causes.contains($0) }
    guard let main = found.first else { return Outcome(.ok, ok) }
    let count = found.map { totals.counts[$0] ?? 0 }.reduce(0, +)
    let isAll = totals.delivered == 0 && totals.main.map(causes.contains) ?? false
    return Outcome(
      isAll ? .error : .warning,
      "\(count) of \(totals.complete) connections: \(totals.examples[main]?.verdict.sentence ?? main.summary)",
      expected: expected, evidence: totals.evidence(found), fix: await seen.advice.next(main, totals),
      owner: main.owner)
  }
}

extension Check {
  static let optionRead = Check(
    "NET02", .network, "the option is one that is read", watches: true,
    explanation: """
      Vendors write the same address under different kinds and lengths: 254 of 8 bytes (LVS, DPVS, Huawei, Alibaba), 200 of 8 (Tencent,
      UCloud), 253 and 254 of 20 with an IPv6 client, 252, 249 and 28 elsewhere. DPVS versions differ, too (iqiyi/dpvs issue 70). toa
      reads those of its profile and passes over the rest. Some load balancers write the option into the SYN alone, which only profiles
      with the word `syn` read (iqiyi/dpvs issue 942 is about a version that changed from one to the other).

      See what comes, and take the profile that reads it:
          toa capture --port 443 --seconds 30
          toa install --profile tencent-clb
          toa load --profile default,253/8      (until the next boot)
      """
  ) { context in
    await context.outcome(
      of: .otherProfile, .synOnly, expected: "an option of the profile", ok: "no option is passed over")
  }

  static let optionSpace = Check(
    "NET03", .network, "room in the TCP header", owner: .loadBalancer, watches: true,
    explanation: """
      A TCP header has 40 bytes for options. Timestamps take 12 with their padding, SACK blocks 12 to 36, MPTCP up to 28, MD5 signatures
      20, and TCP-AO 16 or more. The option of an IPv4 client needs 8, that of an IPv6 client 20. Where they do not fit the load
      balancer sends the segment without it, and the application sees the load balancer: a few connections of a thousand
      (alibaba/LVS issue 22).

      Most room is made by doing without timestamps. On the load balancer, or here, where it negotiates what the server offers:
          LVS FULLNAT: sysctl net.ipv4.vs.fullnat_timestamp_remove_entry=1
          sysctl net.ipv4.tcp_timestamps=0
      What filled the header of which connection:
          toa capture --port 443 --json
      """
  ) { context in
    await context.outcome(
      of: .headerFull, expected: "8 free bytes of 40, 20 for IPv6 clients", ok: "no header was full")
  }

  static let segmentSpace = Check(
    "NET04", .network, "room in the segment", watches: true,
    explanation: """
      When the first segment with data completes the handshake and is as long as the server's MSS allows, it has no room for an option.
      The MSS counts data and options together (RFC 6691), so a smaller one leaves room; 8 bytes less for IPv4 clients, 20 for IPv6
      clients, and a little more does no harm.

      Doctor computes the number and prints the command for this host's route to the load balancer:
          ip route change default via 10.0.0.254 dev eth0 advmss 1440
      It holds until the network is configured anew; write it where your distribution keeps routes (Debian: `post-up` in
      /etc/network/interfaces; RHEL: nmcli connection modify NAME +ipv4.routes "0.0.0.0/0 10.0.0.254 advmss=1440").
      For one listener: setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, ...) before listen(2). For a whole host by its packet filter:
          nft add rule inet filter output tcp flags syn tcp option maxseg size set 1440
      """
  ) { context in
    await context.outcome(
      of: .segmentFull, expected: "an MSS that leaves room for the option", ok: "no segment was full")
  }

  static let handshakeShape = Check(
    "NET06", .network, "handshakes end with a bare ACK", owner: .loadBalancer, watches: true,
    explanation: """
      Most handshakes end with an ACK without data, which carries the option. Others do not: data overtakes the ACK on the way, the first
      data comes in its place, or a short request comes with FIN at once. Old LVS adds no option to segments with FIN
      (`!tcph->fin` in tcp_fnat_in_handler; DPVS removed that test in pull request 666); and an option that comes behind the segment
      that made the socket is read only with the word `late` in the profile.

      At the load balancer, update it or take the test out. Here:
          toa install --profile default,late
      """
  ) { context in
    await context.outcome(
      of: .finWithData, .overtaken, .late, expected: "the option in the segment that completes the handshake",
      ok: "each option came in time")
  }

  static let optionStripped = Check(
    "NET07", .network, "nothing on the way removes the option", owner: .network, watches: true,
    explanation: """
      Firewalls and intrusion prevention "normalise" TCP: options that they do not know are overwritten with padding (kind 1), or taken
      out. Padding as long as an option gives that away; a clean removal looks like NET01.

      Capture at the load balancer's side and here and compare, or send crafted connections along the same way:
          tcpdump -i any -s 128 -w lb.pcap 'tcp port 443'     (there)
          toa capture --read lb.pcap --port 443               (here)
          toa selftest --against HOST:PORT                    (from where the load balancer stands)
      Then let the option's kind pass: on a Cisco ASA `tcp-options range 254 254 allow` in a tcp-map, on Linux by removing such a rule:
          iptables-save -t mangle | grep TCPOPTSTRIP
          nft list ruleset | grep 'reset tcp option'
      """
  ) { context in
    await context.outcome(of: .stripped, expected: "the option as it was sent", ok: "no sign of it")
  }

  static let sourceTrusted = Check(
    "NET19", .network, "the load balancer is trusted", watches: true,
    explanation: """
      An option is believed only from prefixes that are trusted, since everybody can write one: without being told, loopback, private
      (RFC 1918), shared (100.64/10) and link-local addresses. A load balancer that connects from public addresses has to be named.

          toa install --trust 203.0.113.0/24
          toa load --trust 203.0.113.0/24       (until the next boot)
      Name the balancer's own addresses as its vendor lists them, not `any`, where clients can reach the server directly.
      """
  ) { context in
    await context.outcome(of: .untrusted, expected: "options from trusted prefixes", ok: "each option came from one")
  }

  static let stackedOptions = Check(
    "NET08", .network, "one client in each segment", owner: .loadBalancer, watches: true,
    explanation: """
      Where two devices add an option, each names whom it sees: the first one the client, the second one the first. toa takes the first
      option of a segment, with the word `last` in the profile the last of up to three. Which one is the client depends on the order in
      which the devices write, so look at a connection whose client you know:
          toa capture --port 443 --json
          toa install --profile default,last

      Two kinds in one segment are also what is left when one balancer is told to send two vendors' options. Switch one off.
      """
  ) { context in
    let seen: NetworkWatch.Seen
    switch await context.watched {
    case .nothing(let outcome): return outcome
    case .seen(let result): seen = result
    }
    guard let stacked = seen.totals.stacked else { return Outcome(.ok, "no segment names two") }
    let profile = seen.advice.judge.profile
    let text = "\(stacked.count) of \(seen.totals.complete) connections name several clients in one segment"
    guard !profile.behaviours.contains(.last) else {
      return Outcome(.info, "\(text); the last one counts, as the profile has `last`", evidence: [stacked.example])
    }
    return Outcome(
      .warning, text, expected: "one option that names a client", evidence: [stacked.example],
      fix: [
        "LB team: which devices add an option? Leave one switched on",
        "or, where the last one is the client: \(profile.typedChange(adding: "last").install)",
      ])
  }
}
