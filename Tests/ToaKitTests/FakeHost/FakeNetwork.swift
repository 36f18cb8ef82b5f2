// SPDX-License-Identifier: Apache-2.0
import Host

@testable import ToaKit

/// nft, iptables, ip and systemctl over the tree of a fake host, whose kernel keeps rules and routes in files below /kernel.
struct FakeNetwork {
  let host: FakeHost

  init(_ host: FakeHost) { self.host = host }

  static let folder = "/kernel"
  private static let rules = ["0:\tfrom all lookup local", "32766:\tfrom all lookup main"]
  private static let programs = ["nft", "ip", "iptables", "ip6tables", "systemctl"]

  /// A host with the programs, an interface besides lo, and rules of somebody else's.
  static let world: TreeSnapshot = {
    var world = FakeHost.fresh
    for program in programs { world.nodes["/usr/bin/" + program] = .file(mode: 0o755, bytes: []) }
    for interface in ["all", "default", "eth1", "lo"] {
      let folder = "/proc/sys/net/ipv4/conf/\(interface)"
      for name in ["rp_filter", "src_valid_mark"] {
        world.nodes["\(folder)/\(name)"] = .file(mode: 0o644, bytes: Array("0\n".utf8))
      }
      world.addFolders(above: "\(folder)/rp_filter")
    }
    world.nodes["/proc/net/if_inet6"] = .file(mode: 0o444, bytes: [])
    world.nodes[folder] = .folder(mode: 0o755)
    world.nodes["\(folder)/rules.ipv4"] = .file(
      mode: 0o644, bytes: Array("100:\tfrom all fwmark 0x1 lookup 100\n".utf8))
    world.nodes["\(folder)/nft.ip filter"] = .file(mode: 0o644, bytes: Array("meta mark set 0x00000040\n".utf8))
    return world
  }()

  /// Whether the command only asks.
  func asks(_ command: Command) -> Bool {
    switch command.program {
    case "ip": command.arguments.contains("show") || command.arguments.contains("get")
    case "nft": command.arguments.first == "list" || command.arguments.first == "--check"
    case "iptables", "ip6tables": command.arguments.contains("-S")
    case "systemctl": command.arguments.first == "is-active"
    default: false
    }
  }

  /// Does what the command says; nil for another program.
  func perform(_ command: Command) -> CommandResult? {
    let words = command.arguments
    switch command.program {
    case "ip": return ip(words.first == "-6" ? "ipv6" : "ipv4", Array(words.drop { $0 == "-6" }))
    case "nft": return nft(words, String(decoding: command.input ?? [], as: UTF8.self))
    case "iptables": return iptables("ipv4", Array(words.dropFirst(3)))
    case "ip6tables": return iptables("ipv6", Array(words.dropFirst(3)))
    case "systemctl": return systemctl(words)
    default: return nil
    }
  }

  private func lines(_ name: String) -> [String] {
    ((try? host.files.text("\(Self.folder)/\(name)")) ?? "").split(separator: "\n").map(String.init)
  }

  private func set(_ name: String, _ lines: [String]) {
    if lines.isEmpty {
      host.remove("\(Self.folder)/\(name)")
    } else {
      host.write("\(Self.folder)/\(name)", lines.map { $0 + "\n" }.joined())
    }
  }

  private func change(_ name: String, adding: Bool, _ line: String) -> CommandResult {
    var all = lines(name)
    guard all.contains(line) != adding else {
      return CommandResult(
        status: 2, errorOutput: adding ? "RTNETLINK answers: File exists" : "RTNETLINK answers: No such file")
    }
    if adding { all.append(line) } else { all.removeAll { $0 == line } }
    set(name, all)
    return CommandResult(status: 0)
  }

  private func ip(_ family: String, _ words: [String]) -> CommandResult {
    func after(_ word: String) -> String? { words.firstIndex(of: word).map { words[$0 + 1] } }
    switch (words[0], words[1]) {
    case ("rule", "show"):
      return CommandResult(status: 0, output: (Self.rules + lines("rules.\(family)")).map { $0 + "\n" }.joined())
    case ("rule", let verb):
      let interface = after("iif").map { " iif \($0)" } ?? ""
      let line =
        "\(after("pref") ?? ""):\tfrom all fwmark \(after("fwmark") ?? "")\(interface) lookup \(after("lookup") ?? "")"
      return change("rules.\(family)", adding: verb == "add", line)
    case ("route", "show"):
      let routes = lines("routes.\(family)")
      guard let table = after("table"), table != "all" else {
        return CommandResult(status: 0, output: routes.map { $0 + "\n" }.joined())
      }
      let suffix = " table \(table)"
      let found = routes.filter { $0.hasSuffix(suffix) }.map { $0.dropLast(suffix.count) + " scope host\n" }
      return found.isEmpty
        ? CommandResult(status: 2, errorOutput: "Error: ipv4: FIB table does not exist.\nDump terminated\n")
        : CommandResult(status: 0, output: found.joined())
    default:
      return change("routes.\(family)", adding: words[1] == "add", words.dropFirst(2).joined(separator: " "))
    }
  }

  private func nft(_ words: [String], _ input: String) -> CommandResult {
    let tables = host.files.list(Self.folder).filter { $0.hasPrefix("nft.") }.map { String($0.dropFirst(4)) }
    switch words.prefix(2) {
    case ["list", "tables"]: return CommandResult(status: 0, output: tables.map { "table \($0)\n" }.joined())
    case ["list", "table"]:
      let name = words.dropFirst(2).joined(separator: " ")
      return tables.contains(name)
        ? CommandResult(status: 0, output: lines("nft.\(name)").map { $0 + "\n" }.joined())
        : CommandResult(status: 1, errorOutput: "Error: No such file or directory\n")
    case ["delete", "table"]:
      let name = words.dropFirst(2).joined(separator: " ")
      guard tables.contains(name) else {
        return CommandResult(status: 1, errorOutput: "Error: No such file or directory\n")
      }
      set("nft.\(name)", [])
      return CommandResult(status: 0)
    case ["--check", "-f"]: return CommandResult(status: 0)
    default:
      let lines = input.split(separator: "\n").map(String.init)
      set("nft.\(lines[0].dropFirst("table ".count))", Array(lines.dropFirst(2)))
      return CommandResult(status: 0)
    }
  }

  private func iptables(_ family: String, _ words: [String]) -> CommandResult {
    let chain = "\(family) \(words[1])"
    let isBuiltIn = words[1] == "PREROUTING"
    let exists = isBuiltIn || !lines(chain).isEmpty
    guard words[0] == "-N" || exists else {
      return CommandResult(status: 1, errorOutput: "iptables: No chain by that name.")
    }
    let rule = "-A \(words.dropFirst().joined(separator: " "))"
    switch words[0] {
    case "-S": return CommandResult(status: 0, output: lines(chain).map { $0 + "\n" }.joined())
    case "-N":
      guard !exists else { return CommandResult(status: 1, errorOutput: "iptables: Chain already exists.") }
      set(chain, ["-N \(words[1])"])
    case "-F": set(chain, ["-N \(words[1])"])
    case "-X":
      guard lines(chain).count == 1, !lines("\(family) PREROUTING").contains(where: { $0.hasSuffix("-j \(words[1])") })
      else {
        return CommandResult(status: 1, errorOutput: "iptables: Directory not empty.")
      }
      set(chain, [])
    case "-D": return change(chain, adding: false, rule)
    default: set(chain, lines(chain) + [rule])
    }
    return CommandResult(status: 0)
  }

  private func systemctl(_ words: [String]) -> CommandResult {
    let unit = words[words.count - 1]
    let isActive = lines("active").contains(unit)
    switch words[0] {
    case "is-active": return CommandResult(status: isActive ? 0 : 3)
    case "start":
      guard host.files.exists("/usr/lib/systemd/system/\(unit)") else {
        return CommandResult(status: 5, errorOutput: "Unit \(unit) not found.")
      }
      set("active", [unit])
    default:
      // What the unit runs then.
      for name in ["rules.ipv4", "rules.ipv6", "routes.ipv4", "routes.ipv6"] {
        set(name, lines(name).filter { !$0.contains("862") })
      }
      for name in ["nft.inet toa_tproxy", "ipv4 TOA_TPROXY", "ipv6 TOA_TPROXY"] { set(name, []) }
      for family in ["ipv4", "ipv6"] {
        set("\(family) PREROUTING", lines("\(family) PREROUTING").filter { !$0.contains("TOA_TPROXY") })
      }
      host.remove(TransparentRecord.path)
      set("active", [])
    }
    return CommandResult(status: 0)
  }
}

extension TreeSnapshot {
  /// The folders above a path.
  mutating func addFolders(above path: String) {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      if nodes[folder] == nil { nodes[folder] = .folder(mode: 0o755) }
    }
  }
}
