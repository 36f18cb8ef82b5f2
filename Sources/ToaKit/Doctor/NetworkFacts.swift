// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host
internal import Wire

/// What checks of the network ask the kernel, each fact once and only when a check wants it.
struct NetworkFacts: Sendable {
  /// The TCP sockets of this network namespace: those that listen, and connections.
  let sockets: Once<[TCPSocket]>
  /// The programs that listen where other hosts can reach them.
  let services: Once<[ListeningService]>
  /// The kernel's counters; nil when it shows none.
  let counters: Once<ProtocolCounters?>
  /// The network interfaces that are up.
  let interfaces: Once<[NetworkInterface]>
  /// The connections that have a client, as the backend tells them; nil when it does not.
  let clients: Once<[ClientConnection]?>
  /// What rules of the packet filter do with packets before servers see them; nil when they cannot be read.
  let rules: Once<PacketRules?>
  /// Proxies that connect with foreign addresses, and what brings answers back to them.
  let transparent: Once<TransparentFacts>

  init(_ system: System, _ facts: HostFacts) {
    let files = system.files
    let sockets = Once { files.tcpSockets { $0.isListening || $0.isEstablished } }
    self.sockets = sockets
    services = Once { files.services(of: await sockets.value.filter { $0.isListening && $0.isReachable }) }
    counters = Once { ProtocolCounters(files) }
    interfaces = Once { NetworkInterface.up(in: files) }
    clients = Once { (try? Backend.live(system)?.connections()) ?? nil }
    let rules = Once { await PacketRules.read(system, isBuiltIn: facts.config?["NF_TABLES"] == .yes) }
    self.rules = rules
    transparent = Once { await TransparentFacts.gather(system, rules) }
  }
}

extension DoctorContext {
  /// The backend at work, this project's own; nil when none is.
  var backend: Backend? {
    if isLoaded, let live { return Backend(system: system, state: .module(live)) }
    return bpf.live.map { Backend(system: system, state: .ebpf($0)) }
  }

  /// What the backend reads.
  var profileAtWork: Profile? { backend?.profile.flatMap { try? Profile(parsing: $0) } }

  /// The totals of the backend's counters; nil when it shows none here.
  var countersAtWork: [String: UInt64]? { (try? backend?.counters())??.totals }
}
