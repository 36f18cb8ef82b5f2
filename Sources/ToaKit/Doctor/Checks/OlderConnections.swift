// SPDX-License-Identifier: Apache-2.0
internal import Capture
internal import Host
internal import Wire

extension Check {
  static let olderConnections = Check(
    "OBS06", .observation, "connections older than TOA", owner: .application,
    explanation: """
      The option is read when a connection is opened. Those that were open before the backend was loaded, or while it was out for an
      update, keep the load balancer's address for as long as they live, and pools of load balancers and proxies keep them for days.

      The kernel does not tell how old a connection is. Doctor looks for servers that have run since before the load and have, from one
      load balancer, connections with a client and others without: the latter are older, unless the option of single ones gets lost
      (toa capture). Let them be opened anew:
          systemctl reload nginx      (or restart; HTTP keep-alive ends at a reload)
          ss -K dst 10.0.0.9          (closes the connections of one load balancer, where the kernel can)
          toa table                   (those with a client)
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    let files = context.system.files
    guard let loaded = await context.loadTime else {
      return Outcome(.skipped, "the kernel does not tell when it was loaded")
    }
    guard let clients = await context.network.clients.value else {
      return Outcome(.skipped, "needs the table of connections (OBS01)")
    }
    let sockets = await context.network.sockets.value
    let services = await context.network.services.value
    // Seconds: a program that was started together with toa is none that was there before.
    let old = services.filter { service in files.startTime(of: service.process).map { $0 + 2 < loaded } ?? false }
    let ports = Set(old.flatMap(\.ports))
    let open = sockets.filter { $0.isEstablished && ports.contains($0.port) && !$0.peer.address.isLoopback }
    let known = Set(clients.map { "\($0.balancer) \($0.local)" })
    let (named, unnamed) = open.reduce(into: ([TCPSocket](), [TCPSocket]())) { parts, socket in
      if known.contains(socket.ends) { parts.0.append(socket) } else { parts.1.append(socket) }
    }
    let balancers = Set(named.map { "\($0.peer.address.unmapped) \($0.port)" })
    let older = unnamed.filter { balancers.contains("\($0.peer.address.unmapped) \($0.port)") }
    guard let first = older.first else {
      let count = unnamed.count
      guard named.isEmpty, count > 0 else {
        return Outcome(
          .ok, open.isEmpty ? "none of a server that ran before" : "\(named.count) connections have a client")
      }
      return Outcome(
        .info,
        "\(count) open connections have no client; those that were opened before the load keep the load balancer's address"
      )
    }
    let service = old.first { $0.ports.contains(first.port) }
    return Outcome(
      .warning,
      "\(older.count) connections of \(service?.label ?? "a server") have no client, while \(named.count) from the same load balancer "
        + "have one: they are older than the load",
      expected: "connections that were opened after it",
      evidence: older.prefix(3).map { "\($0.peer) -> \($0.local): not in toa table" },
      fix: [
        "systemctl restart \(service?.name ?? "SERVICE")  (or let the load balancer's pool connect anew)",
        "toa capture --port \(first.port)  (are there new ones without a client?)",
      ])
  }
}

extension DoctorContext {
  /// When the backend was loaded, in seconds since the boot; nil where nothing tells that reliably.
  fileprivate var loadTime: Double? {
    get async {
      if isLoaded {
        guard let log = try? await kernelLog.value.get(), log.status == 0 else { return nil }
        // "[  123.456789] TOA: toa load success"; the times of files below /sys/module are those of the first look at them.
        let line = log.output.split(separator: "\n").last { $0.contains("TOA: toa load success") }
        return line.flatMap { $0.hasPrefix("[") ? Double($0.dropFirst().prefix { $0 != "]" }.drop { $0 == " " }) : nil }
      }
      guard let pinned = system.files.changed("/sys/fs/bpf/toa/control"), let boot = system.files.bootTime else {
        return nil
      }
      return Double(pinned - boot)
    }
  }
}

extension FileRoot {
  /// Seconds since 1970 of the boot.
  fileprivate var bootTime: Int? {
    (line("/proc/stat") ?? "").split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Int($0.dropFirst(6)) }
  }

  /// When a process was started, in seconds since the boot (proc(5), field 22 of stat, in hundredths on every architecture).
  fileprivate func startTime(of process: Int) -> Double? {
    // The second field is the name in parentheses, which may have blanks.
    guard let text = line("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
    let words = text[end...].split(separator: " ")
    return words.count > 20 ? Double(words[20]).map { $0 / 100 } : nil
  }
}

extension TCPSocket {
  /// Both ends as the table of connections has them.
  fileprivate var ends: String { "\(peer.unmapped) \(local.unmapped)" }
}
