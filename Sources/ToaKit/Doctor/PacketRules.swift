// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The rules of the packet filter's base chains: where packets of this host are marked, redirected or given other addresses before a
/// server sees them. Only read where such rules are in use, as asking for them would load the kernel's modules.
struct PacketRules: Sendable, Equatable {
  /// One rule.
  struct Rule: Sendable, Equatable {
    /// Where it stands: "ip nat INPUT".
    let chain: String
    /// "prerouting", "input", "output" and others: where packets come to it; those of a chain that is jumped to have the jump's.
    var hook: String
    /// The rule as its program prints it.
    let text: String
    /// The base chain by which packets come to it.
    var base: String
    /// The base chain's priority: those with small ones are asked first.
    var priority: Int
    /// Its place in the base chain, or that of the jump which leads to it.
    var place: Int
  }

  var rules: [Rule] = []
  /// Names of all chains: "ip nat KUBE-SERVICES".
  var chains: Set<String> = []

  /// As many chains are followed from one hook: a node of Kubernetes has thousands in its nat tables, which are not.
  private static let followed = 64
  /// Priorities of iptables' tables, and names that nft has for them (include/uapi/linux/netfilter_ipv4.h).
  private static let priorities = [
    "raw": -300, "mangle": -150, "dstnat": -100, "nat": -100, "filter": 0, "security": 50, "srcnat": 100,
  ]

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
  /// nftables that is built into the kernel shows nowhere whether it is in use, and is loaded by no question.
  static func read(_ system: System, isBuiltIn: Bool) async -> PacketRules? {
    guard system.identity.userID == 0 else { return nil }
    var all = PacketRules()
    let nft = system.files.isDirectory("/sys/module/nf_tables") || isBuiltIn ? system.run.find("nft") : nil
    if let nft {
      guard await all.add(nft: nft, system.run) else { return nil }
    } else if system.files.isDirectory("/sys/module/nf_tables") {
      return nil
    }
    for (family, program) in [("ip", "iptables"), ("ip6", "ip6tables")] {
      let names = system.files.line("/proc/net/\(family)_tables_names") ?? ""
      for table in names.split(separator: "\n").map(String.init) where ["nat", "mangle"].contains(table) {
        // Of IPv6 nobody asks but those who look for marks.
        if family == "ip6", table != "mangle" { continue }
        let program = system.run.find("\(program)-legacy-save") ?? system.run.find("\(program)-save")
        guard let program, let result = try? await system.run.run(Command(program, ["-t", table])), result.status == 0
        else { return nil }
        all.add(saved: result.output, family, table)
      }
    }
    return all
  }

  /// Chains first and then only those that hang on a hook, and those to which they jump.
  private mutating func add(nft: String, _ run: CommandRunner) async -> Bool {
    guard let list = try? await run.run(Command(nft, ["list", "chains"])), list.status == 0 else { return false }
    var (table, chain) = ("", "")
    for line in list.output.split(separator: "\n") {
      let words = line.split(separator: " ").map { String($0.trimming("\t;")) }.filter { !$0.isEmpty }
      switch words.first {
      case "table" where words.count >= 3: table = words[1] + " " + words[2]
      case "chain" where words.count >= 2:
        chain = words[1]
        chains.insert("\(table) \(chain)")
      case "type" where words.count >= 4 && words[2] == "hook" && ["prerouting", "input"].contains(words[3]):
        let base = "\(table) \(chain)"
        let priority = Self.priority(Array(words.dropFirst(4)))
        guard await add(chain: base, nft, run, words[3], base, priority, nil, isFollowed: words[1] != "nat") else {
          return false
        }
      default: break
      }
    }
    return true
  }

  /// "priority mangle + 10", "priority -150".
  private static func priority(_ words: [String]) -> Int {
    guard words.count > 1, words[0] == "priority" else { return 0 }
    let base = Int(words[1]) ?? priorities[words[1]] ?? 0
    guard words.count > 3, let distance = Int(words[3]) else { return base }
    return words[2] == "-" ? base - distance : base + distance
  }

  private mutating func add(
    chain: String, _ nft: String, _ run: CommandRunner, _ hook: String, _ base: String, _ priority: Int, _ place: Int?,
    isFollowed: Bool
  ) async -> Bool {
    let table = chain.split(separator: " ").prefix(2).map(String.init)
    let name = String(chain.split(separator: " ").last ?? "")
    guard let result = try? await run.run(Command(nft, ["list", "chain"] + table + [name])), result.status == 0 else {
      return false
    }
    var own: [Rule] = []
    for line in result.output.split(separator: "\n") {
      let text = line.trimming("\t ")
      let isRule =
        !text.isEmpty && text != "}"
        && !["table ", "chain ", "type ", "policy ", "#"].contains { text.hasPrefix($0) }
      guard isRule else { continue }
      own.append(
        Rule(
          chain: chain, hook: hook, text: String(text), base: base, priority: priority, place: place ?? own.count))
    }
    rules += own
    guard isFollowed, hook == "prerouting" else { return true }
    for rule in own {
      guard let target = rule.target else { continue }
      let next = (table + [target]).joined(separator: " ")
      let known = Set(rules.filter { $0.base == base }.map(\.chain))
      guard chains.contains(next) || next != chain, !known.contains(next), known.count < Self.followed else { continue }
      guard await add(chain: next, nft, run, hook, base, priority, rule.place, isFollowed: true) else { return false }
    }
    return true
  }

  /// What iptables-save prints: ":INPUT ACCEPT [0:0]" for chains, "-A INPUT -p tcp ... -j SNAT" for rules.
  private mutating func add(saved text: String, _ family: String, _ table: String) {
    let prefix = "\(family) \(table)"
    let priority = Self.priorities[table] ?? 0
    var own: [Rule] = []
    var places: [String: Int] = [:]
    for line in text.split(separator: "\n") {
      if line.hasPrefix(":") {
        chains.insert("\(prefix) \(line.dropFirst().prefix { $0 != " " })")
      } else if line.hasPrefix("-A ") {
        let chain = String(line.dropFirst(3).prefix { $0 != " " })
        let name = "\(prefix) \(chain)"
        own.append(
          Rule(
            chain: name, hook: chain.lowercased(), text: String(line), base: name, priority: priority,
            place: places[chain, default: 0]))
        places[chain, default: 0] += 1
      }
    }
    // Chains of a person's own belong to the hook from which they are reached.
    var pending = own.filter { $0.hook == "prerouting" && table == "mangle" }
    var seen: Set<String> = []
    while let jump = pending.popLast() {
      guard let target = jump.target, seen.insert(target).inserted else { continue }
      for index in own.indices where own[index].chain == "\(prefix) \(target)" {
        (own[index].hook, own[index].base, own[index].place) = (jump.hook, jump.base, jump.place)
        pending.append(own[index])
      }
    }
    rules += own
  }
}

extension PacketRules.Rule {
  /// Verdicts and targets that are no chains of somebody's own.
  private static let verdicts: Set<String> = ["ACCEPT", "DROP", "RETURN", "QUEUE", "REJECT", "LOG", "NFQUEUE"]

  /// The chain to which it sends packets: "jump DIVERT", "-j DIVERT", "-g DIVERT"; nil when there is none.
  var target: String? {
    let words = text.split(separator: " ").map(String.init)
    guard let index = words.lastIndex(where: { ["jump", "goto", "-j", "-g"].contains($0) }), index + 1 < words.count
    else { return nil }
    let name = words[index + 1]
    return Self.verdicts.contains(name) ? nil : name
  }

  /// The protocols whose packets it sees.
  var families: [IPFamily] {
    if chain.hasPrefix("ip ") || text.contains("nfproto ipv4") { return [.ipv4] }
    if chain.hasPrefix("ip6 ") || text.contains("nfproto ipv6") { return [.ipv6] }
    return IPFamily.allCases
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
