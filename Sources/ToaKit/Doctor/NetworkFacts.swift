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

  init(_ system: System) {
    let files = system.files
    let sockets = Once { files.tcpSockets { $0.isListening || $0.isEstablished } }
    self.sockets = sockets
    services = Once { files.services(of: await sockets.value.filter { $0.isListening && $0.isReachable }) }
    counters = Once { ProtocolCounters(files) }
    interfaces = Once { NetworkInterface.up(in: files) }
    clients = Once { (try? Backend.live(system)?.connections()) ?? nil }
    rules = Once { await PacketRules.read(system) }
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

/// The rules of the packet filter's base chains: where packets of this host are marked, redirected or given other addresses before a
/// server sees them. Only read where such rules are in use, as asking for them would load the kernel's modules.
struct PacketRules: Sendable, Equatable {
  /// One rule.
  struct Rule: Sendable, Equatable {
    /// Where it stands: "ip nat INPUT".
    let chain: String
    /// "prerouting", "input", "output" and others.
    let hook: String
    /// The rule as its program prints it.
    let text: String
  }

  var rules: [Rule] = []
  /// Names of all chains: "ip nat KUBE-SERVICES".
  var chains: Set<String> = []

  /// Rules behind one hook whose text has one of these words, whatever their case.
  func having(_ words: String..., hook: String) -> [Rule] {
    rules.filter { rule in
      let text = rule.text.lowercased()
      return rule.hook == hook && words.contains { text.contains($0) }
    }
  }

  /// Whether some chain is called so.
  func hasChain(_ name: String) -> Bool { chains.contains { $0.hasSuffix(" " + name) } }

  /// Reads them with nft and iptables, whichever of the two the kernel has rules for; nil when there are rules that cannot be read.
  static func read(_ system: System) async -> PacketRules? {
    guard system.identity.userID == 0 else { return nil }
    var all = PacketRules()
    if system.files.isDirectory("/sys/module/nf_tables") {
      guard let nft = system.run.find("nft"), await all.add(nft: nft, system.run) else { return nil }
    }
    let old = (system.files.line("/proc/net/ip_tables_names") ?? "").split(separator: "\n").map(String.init)
    for table in old where table == "nat" || table == "mangle" {
      let program = system.run.find("iptables-legacy-save") ?? system.run.find("iptables-save")
      guard let program, let result = try? await system.run.run(Command(program, ["-t", table])), result.status == 0
      else { return nil }
      all.add(saved: result.output, table)
    }
    return all
  }

  /// Chains first and then only those that hang on a hook: a node of Kubernetes has many thousand rules in others.
  private mutating func add(nft: String, _ run: CommandRunner) async -> Bool {
    guard let list = try? await run.run(Command(nft, ["list", "chains"])), list.status == 0 else { return false }
    var (table, chain) = ("", "")
    for line in list.output.split(separator: "\n") {
      let words = line.split(separator: " ").map { String($0.trimming("\t")) }.filter { !$0.isEmpty }
      switch words.first {
      case "table" where words.count >= 3: table = words[1] + " " + words[2]
      case "chain" where words.count >= 2:
        chain = words[1]
        chains.insert("\(table) \(chain)")
      case "type" where words.count >= 4 && words[2] == "hook" && ["prerouting", "input"].contains(words[3]):
        let command = Command(nft, ["list", "chain"] + table.split(separator: " ").map(String.init) + [chain])
        guard let result = try? await run.run(command), result.status == 0 else { return false }
        add(rulesOf: result.output, "\(table) \(chain)", hook: words[3])
      default: break
      }
    }
    return true
  }

  private mutating func add(rulesOf text: String, _ chain: String, hook: String) {
    for line in text.split(separator: "\n") {
      let rule = line.trimming("\t ")
      let isRule =
        !rule.isEmpty && rule != "}"
        && !["table ", "chain ", "type ", "policy ", "#"].contains { rule.hasPrefix($0) }
      if isRule { rules.append(Rule(chain: chain, hook: hook, text: String(rule))) }
    }
  }

  /// What iptables-save prints: ":INPUT ACCEPT [0:0]" for chains, "-A INPUT -p tcp ... -j SNAT" for rules.
  private mutating func add(saved text: String, _ table: String) {
    for line in text.split(separator: "\n") {
      if line.hasPrefix(":") {
        chains.insert("ip \(table) \(line.dropFirst().prefix { $0 != " " })")
      } else if line.hasPrefix("-A ") {
        let chain = String(line.dropFirst(3).prefix { $0 != " " })
        rules.append(Rule(chain: "ip \(table) \(chain)", hook: chain.lowercased(), text: String(line)))
      }
    }
  }
}

extension Substring {
  /// Without these characters at both ends.
  fileprivate func trimming(_ characters: String) -> Substring {
    var rest = self
    while let first = rest.first, characters.contains(first) { rest.removeFirst() }
    while let last = rest.last, characters.contains(last) { rest.removeLast() }
    return rest
  }
}
