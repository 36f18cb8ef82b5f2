// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import Wire

extension Check {
  static let nat64Clients = Check(
    "APP03", .application, "clients behind NAT64", owner: .application, watches: true,
    explanation: """
      A load balancer with NAT64 takes IPv6 clients and connects by IPv4. Its option names an IPv6 address, which accept() and
      getpeername() of an IPv4 socket have no room for. A server that listens on [::] is told it by the usual calls; one that listens
      on an IPv4 address has to ask by the vendors' call, as their own guides say, with a struct of 20 bytes:
          getsockopt(fd, IPPROTO_IP, 4096, ...)

      toa answers that when the profile has it, eBPF with --getsockopt:
          toa install --profile default
          toa install --backend ebpf --getsockopt
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    guard let backend = context.backend else {
      return Outcome(.skipped, "another maker's module is in the kernel (MOD11)")
    }
    if let use = await context.seen?.use, use.cause == .nat64 {
      return Outcome(
        .warning, WhyCause.nat64Sentence, expected: "a server that listens on [::], or asks",
        evidence: ["during the capture: \(use.taken) addresses, \(use.bypassed) without room, \(use.asked)"],
        fix: WhyCause.nat64Next)
    }
    guard let clients = await context.network.clients.value else {
      return Outcome(.skipped, "needs the table of connections (OBS01)")
    }
    let behind = clients.filter { $0.hasV6Client && !$0.isOverV6 }
    guard !behind.isEmpty else { return Outcome(.ok, "none is connected") }
    let narrow = Set(
      await context.network.sockets.value.filter { $0.isEstablished && !$0.isV6 }.map { "\($0.peer) \($0.local)" })
    let unseen = behind.filter { narrow.contains("\($0.balancer) \($0.local)") }
    guard let first = unseen.first else { return Outcome(.ok, "\(behind.count), on IPv6 sockets, which can hold them") }
    let text = "\(unseen.count) connections of IPv6 clients are on IPv4 sockets"
    let evidence = ["\(first.balancer) -> \(first.local): \(first.client)"]
    let isAnswered = !(backend.socketCalls ?? []).isEmpty && backend.getsockopt != false
    guard isAnswered else {
      return Outcome(
        .warning, "\(text), and no socket call tells them", expected: "IPv6 sockets, or getsockopt() 4096 answered",
        evidence: evidence,
        fix: [
          "application: listen on [::]",
          backend.kind == .ebpf
            ? "toa install --backend ebpf --getsockopt"
            : context.profileAtWork?.typedChange(adding: "4096").install ?? "toa status",
        ])
    }
    return Outcome(.info, "\(text): their applications have to ask by getsockopt()", evidence: evidence)
  }

  static let datagramPorts = Check(
    "APP04", .application, "UDP beside TCP", owner: .application,
    explanation: """
      TOA is an option of TCP. HTTP/3 (QUIC) and DNS come by UDP, mostly to the same port number, and there applications see the load
      balancer whatever is loaded here.

      Load balancers have other means for UDP: UOA for DPVS, the PROXY protocol over UDP, or DSR.
          ss -lunp
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let ports = Set(await context.network.services.value.flatMap(\.ports))
    var both: Set<UInt16> = []
    for name in ["udp", "udp6"] {
      try? context.system.files.forEachLine("/proc/net/\(name)") { line in
        // The same columns; a socket without a peer waits for everybody.
        if let socket = TCPSocket(line: line), socket.peer.port == 0, socket.isReachable, ports.contains(socket.port) {
          both.insert(socket.port)
        }
      }
    }
    guard !both.isEmpty else { return Outcome(.ok, "no port is served by both") }
    let text = both.sorted().prefix(6).map { "\($0)" }.spoken
    return Outcome(
      .info, "port \(text) is served by UDP as well (QUIC, DNS), for which there is no option",
      evidence: ["/proc/net/udp: port \(text)"])
  }

  static let containers = Check(
    "APP05", .application, "servers in network namespaces", owner: .application,
    explanation: """
      A container or `ip netns` has a network namespace of its own. toa.ko covers all of them, and so does eBPF on the cgroup that all
      processes are in.

      Their sockets and packets are not seen from here, so look at them from inside:
          nsenter -t PID -n toa doctor --why 8080
          nsenter -t PID -n toa capture --port 8080
      Counters are those of the whole host, and are shown in its own namespace.
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    let files = context.system.files
    guard let own = files.linkTarget("/proc/self/ns/net") else {
      return Outcome(.skipped, "/proc/self/ns is not there")
    }
    var first: [String: String] = [:]
    for process in files.processes {
      if let name = files.linkTarget("/proc/\(process)/ns/net"), name != own, first[name] == nil {
        first[name] = process
      }
    }
    // As many namespaces as a big node has pods; each costs a read.
    let found = first.values.sorted().prefix(256).compactMap { process -> String? in
      let ports = files.tcpSockets(below: "/proc/\(process)/net") { $0.isListening && $0.isReachable }.map(\.port)
      guard !ports.isEmpty else { return nil }
      let list = Set(ports).sorted().prefix(4).map { "\($0)" }.spoken
      return "\(files.line("/proc/\(process)/comm") ?? "process") (PID \(process)): port \(list)"
    }
    guard !found.isEmpty else { return Outcome(.ok, "all servers are in this one") }
    return Outcome(
      .info,
      "\(found.count) namespace\(found.count == 1 ? " has" : "s have") servers; look at one by nsenter -t PID -n",
      evidence: Array(found.prefix(8)))
  }

  static let systemCallFilters = Check(
    "APP06", .application, "servers with a seccomp filter", owner: .application,
    explanation: """
      A seccomp filter can refuse system calls. None in use refuses accept() or getpeername(), or nothing would work; but a strict one of
      a service (systemd: SystemCallFilter=) may refuse getsockopt(), by which applications ask for NAT64 clients. The kernel does not
      tell what a filter refuses, so this only says which servers have one.

      If such a server gets no answer to getsockopt() 4096:
          strace -f -e trace=getsockopt -p PID
          systemctl show -p SystemCallFilter NAME
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let files = context.system.files
    let services = await context.network.services.value
    let states = services.compactMap { service -> (ListeningService, Bool)? in
      let status = files.line("/proc/\(service.process)/status") ?? ""
      guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Seccomp:") }) else { return nil }
      return (service, line.hasSuffix("2"))
    }
    guard !states.isEmpty else { return Outcome(.skipped, "no listening process is shown") }
    let filtered = states.filter(\.1).map(\.0)
    guard !filtered.isEmpty else { return Outcome(.ok, "none") }
    return Outcome(
      .info, "\(filtered.prefix(4).map(\.label).spoken); it matters only for getsockopt()",
      evidence: filtered.map { "/proc/\($0.process)/status: Seccomp: 2" })
  }
}
