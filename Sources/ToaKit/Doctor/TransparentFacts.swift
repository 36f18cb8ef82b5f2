// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

/// What doctor knows of proxies on this host that connect with foreign addresses, and of what brings their servers' answers back.
struct TransparentFacts: Sendable {
  /// The proxies' configuration; none where no proxy is configured so.
  var proxies: [ProxyConfiguration] = []
  /// Their processes.
  var processes: [ProxyProcess] = []
  /// What `toa tproxy enable` has made, or makes at the next boot; nil when it is not enabled.
  var enabled: TransparentSettings?
  /// Which of its parts are there; nil when it is not enabled, or nobody could look.
  var state: TransparentState?
  /// Why something could not be looked at.
  var unreadable: ToaError?
  /// Whether rules and routes were asked for: ip(8) is there, and somebody needs them.
  var isAsked = false
  /// The rules of `ip rule`, of each protocol.
  var policy: [IPFamily: [PolicyRule]] = [:]
  /// The tables that deliver everything locally, as ip(8) prints them.
  var localTables: [IPFamily: Set<String>] = [:]
  /// The rules of the packet filter on packets' way in; nil when they cannot be read.
  var rules: PacketRules?
  /// The addresses of this host, with their networks.
  var addresses: [OwnAddress] = []

  /// An address of this host.
  struct OwnAddress: Sendable, Equatable {
    let interface: String
    let address: IPAddress
    /// The network in which neighbours are reached without a router.
    let network: IPPrefix
  }

  static func gather(_ system: System, _ rules: Once<PacketRules?>) async -> TransparentFacts {
    var facts = TransparentFacts()
    let processes = system.files.proxyProcesses
    facts.proxies = system.files.transparentProxies(processes)
    facts.processes = processes.filter { process in facts.proxies.contains { $0.program == process.program } }
    guard system.identity.userID == 0 else { return facts }
    do throws(ToaError) {
      facts.enabled = try TransparentSettings.enabled(system)
    } catch {
      facts.unreadable = error
    }
    guard facts.isConcerned, system.run.find("ip") != nil else { return facts }
    do throws(ToaError) {
      if let settings = facts.enabled {
        facts.state = try await TransparentRules(system.run, system.files).state(settings)
      }
      guard !facts.proxies.isEmpty else { return facts }
      let tools = NetworkTools(run: system.run)
      for family in facts.families {
        facts.policy[family] = try await PolicyRule.all(family, tools)
        let routes = try await tools.answer(
          "ip", family.ipOptions + ["route", "show", "table", "all", "type", "local"])
        facts.localTables[family] = Self.localTables(routes.output)
      }
      facts.addresses = Self.addresses(try await tools.output("ip", ["-o", "addr", "show"]))
      facts.isAsked = true
    } catch {
      facts.unreadable = error
    }
    facts.rules = await rules.value
    return facts
  }

  /// Whether there is anything to look at.
  var isConcerned: Bool { !proxies.isEmpty || enabled != nil }

  /// The protocols in which servers answer.
  var families: [IPFamily] { IPFamily.allCases.filter { family in proxies.contains { $0.families.contains(family) } } }

  /// The servers that see foreign addresses.
  var servers: [ProxyConfiguration.Server] { proxies.flatMap(\.transparentServers) }

  /// The sockets whose clients they see.
  var listeners: [ProxyConfiguration.Listener] { proxies.flatMap(\.transparentListeners) }

  /// "haproxy", "haproxy and nginx".
  var names: String { proxies.map(\.program.rawValue).spoken }

  /// The lines that make it so.
  var evidence: [String] { proxies.flatMap(\.sources).map(\.line.description) }

  /// The servers' ports; empty when one of them is not known.
  var ports: [UInt16] {
    let all = proxies.map(\.serverPorts)
    return all.contains([]) ? [] : Set(all.flatMap { $0 }).sorted()
  }

  /// The command that makes what is missing.
  var typedEnable: String {
    "toa tproxy enable" + (ports.isEmpty ? "" : " --port \(ports.map(String.init).joined(separator: ","))")
  }

  /// Whether an address is this host's.
  func isOwn(_ address: IPAddress) -> Bool {
    address.isLoopback || addresses.contains { $0.address == address.unmapped }
  }

  /// The directly connected network that has both addresses; nil when there is none.
  func network(of one: IPAddress, _ other: IPAddress) -> OwnAddress? {
    addresses.first { own in
      !own.address.isLoopback && own.network.contains(one) && own.network.contains(other)
        && own.network.length < own.network.address.bytes.count * 8
    }
  }

  /// "local default dev lo table 862 scope host": the tables of such lines.
  private static func localTables(_ text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ").map(String.init)
        guard words.count > 3, words[0] == "local", ["default", "0.0.0.0/0", "::/0"].contains(words[1]),
          words.contains("lo")
        else { return nil }
        return words.word(after: "table")
      })
  }

  /// "2: eth0    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\ ...".
  private static func addresses(_ text: String) -> [OwnAddress] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 3, words[2].hasPrefix("inet") else { return nil }
      let parts = words[3].split(separator: "/")
      guard let address = IPAddress(String(parts[0])) else { return nil }
      let length = parts.count > 1 ? Int(parts[1]) : nil
      return OwnAddress(
        interface: words[1], address: address,
        network: IPPrefix(address, length: length ?? address.bytes.count * 8))
    }
  }
}
