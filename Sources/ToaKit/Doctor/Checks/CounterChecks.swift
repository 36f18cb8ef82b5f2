// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host

extension Check {
  static let countersReadable = Check(
    "OBS01", .observation, "counters",
    explanation: """
      The backend counts what it reads and what applications ask (`toa stats`). toa.ko shows its counters in the network namespace of the
      host alone, /proc/net/toa_stats: a process in another one, such as a container or `ip netns exec`, finds no such file though all
      works.

      Look on the host, or from a privileged container with the host's process namespace:
          nsenter -t 1 -n toa stats
          nsenter -t 1 -m -n toa doctor
      The counters of the eBPF programs are pinned in /sys/fs/bpf/toa, which root alone can read.
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    guard let backend = context.backend else {
      return Outcome(.skipped, "another maker's module is in the kernel (MOD11)")
    }
    let counters: Counters?
    do throws(ToaError) {
      counters = try backend.counters()
    } catch {
      return Outcome(.warning, error.what, evidence: [error.why], fix: error.next)
    }
    if let counters { return Outcome(.ok, "\(counters.counters.count), on \(counters.cpus.count) processors") }
    let files = context.system.files
    let own = files.linkTarget("/proc/self/ns/net")
    let first = files.linkTarget("/proc/1/ns/net")
    let isElsewhere = own != nil && first != nil && own != first
    return Outcome(
      .warning,
      isElsewhere ? "this is another network namespace than the host's, where they are" : "\(backend.name) shows none",
      expected: Counters.path,
      evidence: ["\(Counters.path) cannot be read"]
        + (isElsewhere ? ["\(own ?? ""), process 1 has \(first ?? "")"] : []),
      fix: isElsewhere
        ? ["nsenter -t 1 -n toa doctor"] : ["toa doctor --only \(backend.kind == .module ? "MOD" : "BPF")"])
  }

  static let addressesTaken = Check(
    "OBS02", .observation, "addresses are taken", watches: true,
    explanation: """
      For each connection that is accepted the backend counts whether it took a client from it: syn_recv_sock_toa, or
      syn_recv_sock_no_toa for those without an option, which health checks and direct connections have as well. `untrusted` counts
      options that were not believed because of who sent them. The self-test's connections are counted, too, some of them on purpose
      untrusted, so single digits mean nothing.

      With --capture doctor compares: when options arrive and none is taken meanwhile, the server's connections are not seen by the
      backend. With eBPF it runs outside of the covered cgroup (BPF13); with toa.ko the traffic does not pass this kernel's TCP.
          toa stats
          toa doctor --why 443
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    guard let backend = context.backend, let totals = context.countersAtWork else {
      return Outcome(.skipped, "needs the counters (OBS01)")
    }
    let taken = (totals["syn_recv_sock_toa"] ?? 0) + (totals["late_option"] ?? 0)
    let plain = totals["syn_recv_sock_no_toa"] ?? 0
    let untrusted = totals["untrusted"] ?? 0
    let evidence = ["syn_recv_sock_toa \(taken), syn_recv_sock_no_toa \(plain), untrusted \(untrusted)"]
    if let seen = await context.seen, let use = seen.use, seen.totals.delivered > 0, use.cause == .notCovered {
      return Outcome(
        .error, "\(seen.totals.delivered) connections name their client, and \(backend.name) took none of them",
        expected: "each counted", evidence: evidence + seen.totals.evidence([.delivered]),
        fix: WhyCause.notCoveredNext(backend.kind))
    }
    // More than the self-test makes of either.
    if untrusted > 100, untrusted > taken {
      return Outcome(
        .warning, "\(untrusted) connections had an option that was not believed, \(taken) one that was",
        expected: "options from trusted prefixes", evidence: evidence,
        fix: ["toa capture  (it names the sources)", "toa install --trust PREFIX"])
    }
    return Outcome(
      .ok, taken + plain == 0 ? "no connection yet" : "from \(taken) of \(taken + plain) connections",
      evidence: evidence)
  }

  static let addressesAsked = Check(
    "OBS03", .observation, "applications ask", owner: .application, watches: true,
    explanation: """
      accept() and getpeername() give the client to every application that asks, and the vendors' getsockopt() calls to those that know
      them. When addresses are taken from new connections and nobody asks for one meanwhile, the application knows its peer from elsewhere:
      it logs a header (X-Forwarded-For), it keeps what another process told it, or it never looks.

      See what it does:
          toa doctor --why 443
          toa stats
          strace -f -e trace=accept4,getpeername -p PID
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    guard let totals = context.countersAtWork else { return Outcome(.skipped, "needs the counters (OBS01)") }
    func total(_ name: String) -> UInt64 { totals[name] ?? 0 }
    let answers = total("getname_toa_ok") + total("getsockopt_ok")
    let evidence = [
      "getname_toa_ok \(total("getname_toa_ok")), getname_toa_empty \(total("getname_toa_empty")), getname_toa_mismatch "
        + "\(total("getname_toa_mismatch")), getsockopt_ok \(total("getsockopt_ok"))"
    ]
    if let use = await context.seen?.use {
      if use.cause == .notAsked {
        return Outcome(
          .warning, WhyCause.notAskedSentence, expected: "an application that asks",
          evidence: evidence + ["during the capture: \(use.taken) addresses, \(use.asked)"],
          fix: ["toa doctor --why PORT"] + WhyCause.notAskedNext)
      }
      if use.taken > 0 { return Outcome(.ok, "\(use.asked) during the capture", evidence: evidence) }
    }
    return Outcome(
      .ok, answers == 0 ? "nobody has asked yet" : "\(answers) were given a client, since it was loaded",
      evidence: evidence)
  }
}
