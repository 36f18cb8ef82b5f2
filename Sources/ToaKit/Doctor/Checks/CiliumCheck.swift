// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host

extension Check {
  static let cilium = Check(
    "BPF06", .bpf, "Cilium", about: .bpf,
    explanation: """
      Cilium's load balancing at the socket sits on getpeername4 and getpeername6 of the same cgroup. It changes only the addresses of
      sockets that it has itself connected to a service, toa only those of accepted connections, so the two do not meet.

      With that load balancing off, an agent takes programs off these hooks each time it starts. Until pull request 44066 (spring of
      2026) that was everybody's, not only its own. Such an agent (1.18 was seen) cannot take off toa's, which are links, tries again
      every ten seconds and does not finish setting up the node ("detach cgroup: ... can't detach program", cilium/cilium issue
      43877). Versions before 1.14 attach their programs so that they are alone, and then either Cilium or toa is refused, whoever
      comes second (see BPF05).

      Look whether the agent complains, and update Cilium, switch its socket load balancing on, or use the module:
          kubectl -n kube-system logs ds/cilium -c cilium-agent | grep 'detach cgroup'
          toa install --backend module
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let files = context.system.files
    let agent = files.processes.first { files.line("/proc/\($0)/comm") == "cilium-agent" }
    var evidence = agent.map { ["/proc/\($0)/comm: cilium-agent"] } ?? []
    evidence += files.list("/etc/cni/net.d").filter { $0.contains("cilium") }.map { "/etc/cni/net.d/\($0)" }
    evidence += ["/sys/fs/bpf/cilium"].filter(files.isDirectory)
    evidence += files.list("/sys/fs/bpf/tc/globals").filter { $0.hasPrefix("cilium_") }.prefix(1)
      .map { "/sys/fs/bpf/tc/globals/\($0)" }
    let programs = context.bpf.foreignPrograms.filter(\.program.isCilium)
    let names = programs.map { "\($0.program.hook.rawValue) of \($0.cgroup): \($0.program.label)" }
    if !programs.isEmpty {
      return Outcome(
        .info, "its socket load balancing is on these hooks, too; it leaves accepted connections alone",
        evidence: evidence + names)
    }
    guard !evidence.isEmpty else { return Outcome(.ok, "not here") }
    guard agent != nil else {
      return Outcome(.info, "was here or is being installed; no agent runs", evidence: evidence)
    }
    guard context.bpf.live != nil else {
      return Outcome(
        .info, "an agent without socket load balancing; before spring 2026 it did not bear other programs",
        evidence: evidence)
    }
    return Outcome(
      .warning,
      "an agent without socket load balancing: one from before spring 2026 fails each time it starts, as it cannot take "
        + "toa's programs off", expected: "an agent with cilium/cilium pull request 44066", evidence: evidence,
      fix: [
        "kubectl -n kube-system logs ds/cilium -c cilium-agent | grep 'detach cgroup'",
        "if it complains: update Cilium" + (context.typedSwitch.map { ", or: \($0)" } ?? ""),
      ])
  }
}

extension FileRoot {
  /// Numbers of the processes that are seen.
  var processes: [String] { list("/proc").filter { $0.utf8.allSatisfy { (48...57).contains($0) } } }
}
