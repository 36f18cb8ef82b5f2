// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let bpfScope = Check(
    "BPF13", .bpf, "servers in the covered cgroup", about: .bpf,
    explanation: """
      With --cgroup toa covers the processes of one cgroup and those below it. A server elsewhere sees the load balancer, and nothing
      else tells so. Doctor looks for processes with a listening TCP socket that other hosts can reach, in its own network namespace,
      and compares their cgroups.

      What counts is the cgroup of the process that made the socket, at that time: a service that systemd starts by a socket unit
      inherits a socket that was made in init.scope, and a process that was moved keeps the old one for its old sockets. Restart it.

      Cover another cgroup, or every process:
          cat /proc/PID/cgroup
          toa load --backend ebpf --cgroup system.slice
          toa install --backend ebpf --cgroup /sys/fs/cgroup
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    guard context.bpf.live != nil else { return Outcome(.skipped, "needs eBPF at work (BPF07)") }
    let scope = context.bpf.scope
    guard scope != "/" else { return Outcome(.ok, "every process is covered") }
    let services = await context.network.services.value
    let (inside, outside) = services.reduce(into: ([ListeningService](), [ListeningService]())) { parts, service in
      if service.isIn(scope) { parts.0.append(service) } else { parts.1.append(service) }
    }
    let evidence = outside.map { "\($0.label): cgroup \($0.cgroup)" }
    guard !outside.isEmpty else {
      return Outcome(.ok, inside.isEmpty ? "no server listens" : inside.map(\.label).spoken, evidence: evidence)
    }
    let missed = outside.count == 1 ? "\(outside[0].label) is" : "\(outside.prefix(4).map(\.label).spoken) are"
    guard !inside.isEmpty else {
      return Outcome(
        .warning, "no server is in \(scope); \(missed) elsewhere", expected: "servers in the covered cgroup",
        evidence: evidence, fix: ["toa load --backend ebpf --cgroup \(context.bpf.typed(outside[0].cgroup))"])
    }
    return Outcome(
      .info,
      "\(inside.prefix(4).map(\.label).spoken); outside, and not covered: \(outside.prefix(6).map(\.label).spoken)",
      evidence: evidence)
  }
}

extension BpfState {
  /// A cgroup as an argument of --cgroup: its name, and for the root, which has none, where it is mounted.
  func typed(_ cgroup: String) -> String {
    cgroup == "/" ? mounts.cgroup2?.point ?? cgroup : shellQuoted(String(cgroup.dropFirst()))
  }
}

/// A process with a listening TCP socket that other hosts can reach.
struct ListeningService: Sendable, Equatable {
  let process: Int
  let name: String
  let cgroup: String
  var ports: [UInt16]

  /// Name and ports: "nginx (80, 443)".
  var label: String { "\(name) (\(ports.map(String.init).joined(separator: ", ")))" }

  /// Whether a cgroup covers it.
  func isIn(_ scope: String) -> Bool { cgroup == scope || cgroup.hasPrefix(scope + "/") }
}

extension FileRoot {
  /// The services that have these sockets open, each name and cgroup once, by their lowest port.
  func services(of sockets: [TCPSocket]) -> [ListeningService] {
    let ports = Dictionary(sockets.map { ($0.number, $0.port) }) { $1 }
    guard !ports.isEmpty else { return [] }
    var services: [ListeningService] = []
    for process in processes {
      let open = Set(socketNumbers(of: process).compactMap { ports[$0] })
      guard !open.isEmpty else { continue }
      let cgroup = ProcessCgroup.parse((try? text("/proc/\(process)/cgroup")) ?? "") ?? "/"
      let name = line("/proc/\(process)/comm") ?? process
      // A server's workers share its sockets.
      if let known = services.firstIndex(where: { $0.name == name && $0.cgroup == cgroup }) {
        services[known].ports = Set(services[known].ports).union(open).sorted()
      } else {
        services.append(
          ListeningService(process: Int(process) ?? 0, name: name, cgroup: cgroup, ports: open.sorted()))
      }
    }
    return services.sorted { ($0.ports.first ?? 0, $0.name) < ($1.ports.first ?? 0, $1.name) }
  }
}
