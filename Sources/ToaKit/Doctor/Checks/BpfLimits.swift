// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let bpfLockdown = Check(
    "BPF09", .bpf, "lockdown and eBPF", about: .bpf,
    explanation: """
      A kernel that is locked down, by Secure Boot or by lockdown= on its command line, takes only signed modules (SIG03). eBPF programs
      have no signature and need none: in both modes, integrity and confidentiality, toa's are loaded and work, as they read nothing
      of the kernel's memory. There is nothing to be done; this check only informs.

      The mode is in
          cat /sys/kernel/security/lockdown
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    guard let lockdown = context.facts.signing.lockdown, lockdown != .none else {
      return Outcome(.ok, "not locked down")
    }
    return Outcome(
      .info, "locked down (\(lockdown.rawValue)); eBPF works under it",
      evidence: ["/sys/kernel/security/lockdown: [\(lockdown.rawValue)]"])
  }

  static let compatibility = Check(
    "BPF10", .bpf, "32-bit programs", about: .bpf,
    explanation: """
      accept() and getpeername() give 32-bit programs the client's address like all others. The vendors' own getsockopt() calls
      (--getsockopt) do not: for 32-bit programs on a 64-bit kernel the kernel does not call the hook, and they get "Protocol not
      available". There is no way around it in eBPF.

      Use the 64-bit build of such a program, or the module, whose calls answer both kinds:
          toa install --backend module
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    guard context.bpf.wantsGetsockopt else { return Outcome(.ok, "served: getsockopt is not in use") }
    let options = ["IA32_EMULATION", "COMPAT"]
    if let config = context.facts.config, !options.contains(where: config.isEnabled) {
      return Outcome(.ok, "this kernel runs none", evidence: ["\(config.source): CONFIG_COMPAT is not set"])
    }
    let files = context.system.files
    let found = files.processes.filter { files.isCompatible($0) }
    let names = Set(found.map { files.line("/proc/\($0)/comm") ?? $0 }).sorted()
    guard !names.isEmpty else {
      return Outcome(.info, "none run; one would get no answer to the vendors' getsockopt calls")
    }
    return Outcome(
      .info, "\(names.prefix(5).spoken): no answer to the vendors' getsockopt calls",
      evidence: found.prefix(5).map { "/proc/\($0)/auxv has 32-bit entries" },
      fix: context.typedSwitch.map { ["where they use these calls: \($0)"] } ?? [])
  }

  static let multipath = Check(
    "BPF11", .bpf, "MPTCP", about: .bpf,
    explanation: """
      With Multipath TCP (MPTCP) an application's socket is made of several TCP connections, and the kernel keeps what eBPF learns with
      those. When client and server both speak it, applications see the load balancer's address. A listener that speaks MPTCP serves
      ordinary TCP clients as well, with their addresses; Go programs listen so by default since Go 1.24.

      Few clients ask for MPTCP, and few load balancers pass it on. The kernel counts those that did as MPCapableACKRX:
          nstat -az MPTcpExtMPCapableACKRX

      Switch it off for the server, and such clients fall back to TCP:
          sysctl net.mptcp.enabled=0
      for a Go program alone: GODEBUG=multipathtcp=0 in its environment.
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let files = context.system.files
    let path = "/proc/sys/net/mptcp/enabled"
    guard let enabled = files.line(path), enabled != "0" else {
      return Outcome(.ok, files.exists(path) ? "switched off" : "not in this kernel")
    }
    let accepted = ProtocolCounters(files)?["MPTcpExt", "MPCapableACKRX"] ?? 0
    guard accepted == 0 else {
      return Outcome(
        .warning,
        "\(accepted) connection\(accepted == 1 ? "" : "s") accepted with it: applications see the load balancer there",
        expected: "clients that speak TCP", evidence: ["/proc/net/netstat: MPCapableACKRX \(accepted) since the boot"],
        fix: ["sysctl net.mptcp.enabled=0, and restart the server"])
    }
    let sockets = files.openSockets(of: ["MPTCP", "MPTCPv6"])
    guard sockets == 0 else {
      return Outcome(
        .info, "servers listen with it; clients that use it would be seen as the load balancer, none did yet",
        evidence: ["/proc/net/protocols: \(sockets) sockets of MPTCP"])
    }
    return Outcome(.ok, "not in use", evidence: ["\(path): \(enabled)"])
  }
}

extension FileRoot {
  /// Whether a process runs 32-bit code on a 64-bit kernel. The first entry of its auxiliary vector is a number and its value,
  /// each of a word; numbers are small, so the upper half of a 64-bit one is zero. A kernel's thread has no vector.
  fileprivate func isCompatible(_ process: String) -> Bool {
    guard let vector = try? bytes("/proc/\(process)/auxv", limit: 16), vector.count >= 8 else { return false }
    return vector[4..<8].contains { $0 != 0 }
  }
}
