// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension Check {
  static let synCookies = Check(
    "NET09", .network, "SYN cookies", watches: true,
    explanation: """
      When more connections are being opened than the backlog holds, the kernel answers with SYN cookies and keeps nothing of the SYN. The
      option in the ACK is read all the same: the self-test makes such connections (APP01). What is lost is an option in the SYN, which
      profiles with the word `syn` read; and a server that needs cookies is losing connections soon.

      A longer backlog, and the same number in the server's listen(2) (nginx: `listen 443 backlog=4096`):
          sysctl net.core.somaxconn=4096 net.ipv4.tcp_max_syn_backlog=8192
      In a file below /etc/sysctl.d it stays after a reboot. Cookies for every connection are a setting for tests:
          sysctl net.ipv4.tcp_syncookies=1
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    guard let counters = await context.network.counters.value, let used = counters["TcpExt", "SyncookiesRecv"] else {
      return Outcome(.skipped, "the kernel's counters cannot be read", evidence: ProtocolCounters.paths)
    }
    let path = "/proc/sys/net/ipv4/tcp_syncookies"
    let setting = context.system.files.line(path) ?? "unknown"
    let evidence = ["\(path): \(setting)", "TcpExtSyncookiesRecv: \(used) since the boot"]
    let backlog = "sysctl net.core.somaxconn=4096 net.ipv4.tcp_max_syn_backlog=8192, and restart the server"
    if let growth = await context.seen?.growth("TcpExt", "SyncookiesRecv"), growth > 0, setting != "2" {
      return Outcome(
        .warning, "\(growth) connections were opened with SYN cookies just now: a backlog is full",
        expected: "none", evidence: evidence + ["during the capture: \(growth)"], fix: [backlog])
    }
    let readsSYN = context.profileAtWork?.behaviours.contains(.syn) == true
    if readsSYN, setting == "2" {
      return Outcome(
        .warning, "every connection is opened with a SYN cookie, which loses options in the SYN that the profile reads",
        expected: "1", evidence: evidence, fix: ["sysctl net.ipv4.tcp_syncookies=1"])
    }
    guard used > 0 else { return Outcome(.ok, "not needed since the boot", evidence: evidence) }
    let loses =
      readsSYN ? "; options in the SYN, which the profile reads, were lost then" : "; options in the ACK are read"
    return Outcome(.info, "\(used) connections since the boot\(loses)", evidence: evidence)
  }
}
