// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Rules of others that see packets as they come in, and could undo a mark or drop what is marked: one table, as text that can be loaded in
/// another network namespace.
struct ForeignRules: Sendable, Equatable {
  /// "nft table inet firewalld", "iptables table mangle".
  let name: String
  /// What shows it.
  let listing: Command
  /// What loads the text.
  let loading: Command

  /// Whether they look for the way back to a packet's source by its mark: firewalld's IPv6_rpfilter, or the match rpfilter.
  var asksByMark: Bool {
    let text = String(decoding: loading.input ?? [], as: UTF8.self)
    return text.contains("fib saddr . mark") || text.contains("--validmark")
  }

  /// Those of this host, as far as its programs show them; nothing is loaded into the kernel by asking. `keepsOwn` says whether toa's own
  /// chain of iptables stays in its place between the others'.
  static func read(_ system: System, keepsOwn: Bool) async -> [ForeignRules] {
    func output(_ program: String, _ arguments: [String] = []) async -> String? {
      guard system.run.find(program) != nil,
        let result = try? await system.run.run(NetworkTools.command(program, arguments)), result.status == 0
      else { return nil }
      return result.output
    }
    var rules: [ForeignRules] = []
    var copied: Set<String> = []
    for family in IPFamily.allCases {
      for program in ["", "-nft", "-legacy"].map({ family.iptables + $0 }) {
        // The old iptables makes a table by looking for it, unless it is asked for none in particular.
        guard let saved = await output("\(program)-save") else { continue }
        let found = iptables(saved, program, keepsOwn: keepsOwn)
        // The first of them is one of the other two.
        rules += found.filter { one in !rules.contains { $0.loading.input == one.loading.input && $0.isOf(family) } }
        copied.formUnion(
          ["filter", "mangle", "nat", "raw", "security"].map { "\(family == .ipv4 ? "ip" : "ip6") \($0)" })
      }
    }
    // Without counters, which only make the text longer.
    let all = await output("nft", ["-s", "list", "ruleset"]) ?? ""
    return rules + nft(all, except: copied)
  }

  /// The tables of `nft list ruleset` with a chain that filters what comes in, and without their other base chains: nothing leads to those
  /// but the kernel. `except` are tables that iptables keeps through nftables, by "family name": it alone can read them whole.
  static func nft(_ listing: String, except: Set<String> = []) -> [ForeignRules] {
    var rules: [ForeignRules] = []
    var table: NftTable?
    for line in listing.split(separator: "\n") {
      if line.hasPrefix("table ") {
        let words = line.split(separator: " ")
        guard words.count >= 4, ["inet", "ip", "ip6"].contains(words[1]) else { continue }
        let name = "\(words[1]) \(words[2])"
        guard name != NftMark.table.joined(separator: " "), !except.contains(name) else { continue }
        table = NftTable(name: name)
      } else if line == "}" {
        if let table, table.filtersInput { rules.append(table.rules) }
        table = nil
      } else {
        table?.take(line)
      }
    }
    return rules
  }

  /// The tables of `iptables-save` that filter what comes in, with their chains but for those that see other packets.
  static func iptables(_ saved: String, _ program: String, keepsOwn: Bool) -> [ForeignRules] {
    var rules: [ForeignRules] = []
    var lines: [Substring] = []
    for line in saved.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("*") {
        lines = [line]
      } else if line == "COMMIT" {
        let name = lines.first?.dropFirst() ?? ""
        let isOurs = { (line: Substring) in
          line.hasPrefix("-A PREROUTING ") && line.hasSuffix(" -j \(IptablesMark.chain)")
        }
        let others = lines.contains {
          ($0.hasPrefix("-A PREROUTING ") && !isOurs($0))
            || ($0.hasPrefix(":PREROUTING ") && !$0.hasPrefix(":PREROUTING ACCEPT"))
        }
        guard ["raw", "mangle"].contains(name), others else { continue }
        let kept = lines.filter { isKept($0) && (keepsOwn || !$0.contains(IptablesMark.chain)) }
        let text = (kept + ["COMMIT", ""]).joined(separator: "\n")
        rules.append(
          ForeignRules(
            name: "\(program) table \(name)", listing: Command(program, ["-t", String(name), "-S"]),
            loading: NetworkTools.command("\(program)-restore", [], input: text)))
      } else {
        lines.append(line)
      }
    }
    return rules
  }

  private func isOf(_ family: IPFamily) -> Bool { loading.program.hasPrefix(family.iptables) }

  private static func isKept(_ line: Substring) -> Bool {
    !["INPUT", "FORWARD", "OUTPUT", "POSTROUTING"].contains { line.hasPrefix("-A \($0) ") || line.hasPrefix(":\($0) ") }
  }
}

/// A table of nftables while its lines are read.
private struct NftTable {
  let name: String
  private(set) var filtersInput = false
  private var lines: [Substring] = []
  /// The lines of the chain that is being read.
  private var chain: [Substring]?

  init(name: String) { self.name = name }

  mutating func take(_ line: Substring) {
    if line.hasPrefix("\tchain ") {
      chain = [line]
    } else if line == "\t}", var read = chain {
      chain = nil
      read.append(line)
      let hook = read.first { $0.hasPrefix("\t\ttype ") }
      if let hook {
        guard hook.hasPrefix("\t\ttype filter hook prerouting ") else { return }
        filtersInput = true
      }
      lines += read
    } else if chain != nil {
      chain?.append(line)
    } else if !line.hasPrefix("\tflags ") {
      // The table's own flags: one that has an owner goes with the program that loads it.
      lines.append(line)
    }
  }

  var rules: ForeignRules {
    let text = (["table \(name) {"] + lines + ["}", ""]).joined(separator: "\n")
    return ForeignRules(
      name: "nft table \(name)",
      listing: Command("nft", ["list", "table"] + name.split(separator: " ").map(String.init)),
      loading: NetworkTools.command("nft", ["-f", "-"], input: text))
  }
}
