// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let addressesFreed = Check(
    "OBS04", .observation, "addresses go with their connections", about: .module,
    explanation: """
      toa.ko keeps an entry for each connection with a client and frees it with the socket. So it cannot have more than the kernel has TCP
      sockets, of all network namespaces together; where it has, entries were left behind, which is a defect of the module.

      They cost some memory each until it is unloaded. Keep the numbers for the report, then load it anew:
          toa stats
          cat /proc/net/sockstat
          toa unload && toa load        (at a quiet time: open connections lose their client)
      """
  ) { context in
    if let skip = context.unmet(.running, .loaded) { return skip }
    guard let totals = context.countersAtWork, let made = totals["entry_alloc"], let freed = totals["entry_free"] else {
      return Outcome(.skipped, "needs the counters (OBS01)")
    }
    // Two counters that are read one after the other; more freed than made is a moment between them.
    let kept = made > freed ? made - freed : 0
    guard let sockets = context.system.files.tcpSocketCount else {
      return Outcome(.skipped, "/proc/net/sockstat cannot be read")
    }
    let evidence = ["entry_alloc \(made), entry_free \(freed)", "/proc/net/sockstat: TCP alloc \(sockets)"]
    guard kept > sockets + max(256, sockets / 4) else {
      return Outcome(.ok, "\(kept) entries, \(sockets) TCP sockets", evidence: evidence)
    }
    return Outcome(
      .warning, "\(kept) entries for \(sockets) TCP sockets: \(kept - sockets) were left behind",
      expected: "no more entries than sockets", evidence: evidence,
      fix: ["toa unload && toa load", "report it: toa stats --json, toa status --json"])
  }

  static let roomForAddresses = Check(
    "OBS08", .observation, "room for addresses",
    explanation: """
      A connection whose client cannot be kept shows the load balancer. toa.ko counts those for which its table was full (table_full) or
      the kernel had no memory at that moment (alloc_failed), the eBPF programs the latter.

      A burst of a few says that the host is short of memory; look at what else the kernel says:
          toa stats
          dmesg | grep -i 'page allocation failure'
          free -m
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    guard let totals = context.countersAtWork else { return Outcome(.skipped, "needs the counters (OBS01)") }
    let (full, failed) = (totals["table_full"] ?? 0, totals["alloc_failed"] ?? 0)
    let evidence = ["table_full \(full), alloc_failed \(failed)"]
    guard full + failed > 0 else { return Outcome(.ok, "no client was lost for want of it", evidence: evidence) }
    return Outcome(
      .warning,
      full > failed
        ? "the table was full for \(full) connections, which show the load balancer"
        : "the kernel had no memory for \(failed) clients, whose connections show the load balancer",
      expected: "0", evidence: evidence,
      fix: full > failed
        ? ["toa table --limit 20", "toa stats"] : ["free -m", "dmesg | grep -i 'page allocation failure'"])
  }
}

extension FileRoot {
  /// TCP sockets of all network namespaces: "TCP: inuse 5 orphan 0 tw 0 alloc 8 mem 1".
  fileprivate var tcpSocketCount: UInt64? {
    let row = (line("/proc/net/sockstat") ?? "").split(separator: "\n").first { $0.hasPrefix("TCP:") }
    let words = row?.split(separator: " ") ?? []
    return words.word(after: "alloc").flatMap { UInt64($0) }
  }
}
