// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Synchronization
import Testing
import Wire

@testable import ToaKit

/// A host with nft and ip, and stages on which rules do what the kernel's do: each namespace has rules of its own, and whether an answer comes
/// back follows from them.
final class StagedHost: Sendable {
  /// What one network namespace has.
  struct Network: Sendable {
    /// toa's own table of nftables, as it was loaded.
    var table: String?
    /// All else that nftables has.
    var foreign = ""
    /// Lines of `ip rule`.
    var rules: [IPFamily: [String]] = [:]
    /// The tables that deliver everything locally.
    var routes: [IPFamily: Set<String>] = [:]
    /// Below /proc/sys/net.
    var settings: [String: String] = [:]
  }

  /// What cannot be otherwise than the kernel is.
  struct Nature: Sendable {
    var hasV6 = true
    /// errno of setsockopt(IP_TRANSPARENT).
    var transparentError: Int32?
    /// Whether answers come by another interface than the one by which their server is reached.
    var isAsymmetric = false
    /// Whether answers come back by themselves.
    var isOpen = false
    /// What nft says instead of loading toa's table.
    var refusal: String?
    /// Why there are no stages.
    var error: SelfTestError?
  }

  private struct State: Sendable {
    var host = Network()
    var stages: [Network] = []
    var options: [TransparentStageOptions] = []
  }

  private let state: Mutex<State>
  private let nature: Nature
  private let tree: TestTree
  let transcript = Transcript()

  /// Where the stages of a host are; `settings` are enabled there, with all of their parts but `missing`.
  init(
    _ settings: TransparentSettings? = nil, missing: [TransparentPart] = [], foreign: String = "",
    _ nature: Nature = Nature(),
    files: [String: String] = [:]
  ) async throws {
    self.nature = nature
    state = Mutex(State())
    var files = files
    files["/proc/net/if_inet6"] = ""
    if let settings { files[TransparentRecord.path] = jsonText(TransparentRecord(settings: settings)) }
    tree = try TestTree(files)
    state.withLock { $0.host.foreign = foreign }
    guard let settings else { return }
    let rules = TransparentRules(system.run, tree.root)
    try await rules.raise(settings, only: settings.parts.filter { !missing.contains($0) })
  }

  /// What the host's own namespace has.
  var host: Network { state.withLock(\.host) }
  /// How the stages were asked for.
  var options: [TransparentStageOptions] { state.withLock(\.options) }

  var system: System {
    var system = System.untouched().with(transcript).with(files: tree.root)
    system.run = CommandRunner(
      run: { command async throws(CommandError) in self.run(command) },
      stream: { command, _ async throws(CommandError) in self.run(command) },
      find: { ["nft", "ip", "nsenter"].contains($0) ? "/usr/sbin/\($0)" : nil })
    system.transparent = TransparentControl(stage: { options async throws(SelfTestError) in try self.stage(options) })
    return system
  }

  private func stage(_ options: TransparentStageOptions) throws(SelfTestError) -> TransparentStage {
    if let error = nature.error { throw error }
    let number = state.withLock { state in
      state.stages.append(Network())
      state.options.append(options)
      return state.stages.count - 1
    }
    return TransparentStage(
      proxyNetwork: "/proc/7/fd/\(number)",
      missingV6: nature.hasV6 ? nil : "this kernel has no IPv6 sockets (errno 97)",
      set: { name, value throws(SelfTestError) in
        self.state.withLock { $0.stages[number].settings[name] = value }
      },
      connect: { family, _ throws(SelfTestError) in self.connect(number, family == .v4 ? .ipv4 : .ipv6, options) })
  }

  private func connect(_ number: Int, _ family: IPFamily, _ options: TransparentStageOptions) -> TransparentConnection {
    let client = Endpoint(family == .ipv4 ? "198.18.1.2:40000" : "[fd74:6f61::1:2]:40000")
    if let errno = nature.transparentError {
      return TransparentConnection(client: client, accepted: nil, failure: .notTransparent(errno: errno))
    }
    let network = state.withLock { $0.stages[number] }
    let drops = family == .ipv4 && nature.isAsymmetric && network.settings["ipv4/conf/all/rp_filter"] == "1"
    if nature.isOpen || (!drops && network.diverts(family, options)) {
      return TransparentConnection(
        client: client, accepted: client.map { Endpoint(address: $0.address, port: 50000) }, failure: nil)
    }
    return TransparentConnection(
      client: client, accepted: nil, failure: .unanswered(reachedServer: true), reversePathDrops: drops ? 2 : 0)
  }

  private func run(_ command: Command) -> CommandResult {
    state.withLock { state in
      guard command.program == "nsenter" else { return state.host.run(command.program, command, nature) }
      guard let words = command.arguments.first?.split(separator: "/"), words.first == "--net=",
        command.arguments[1] == "--",
        let number = words.last.flatMap({ Int($0) }), state.stages.indices.contains(number)
      else { return Network.unasked(command) }
      var inner = command
      inner.program = command.arguments[2].split(separator: "/").last.map(String.init) ?? ""
      inner.arguments = Array(command.arguments.dropFirst(3))
      return state.stages[number].run(inner.program, inner, nature)
    }
  }
}

extension StagedHost.Network {
  /// Whether a packet from the server to the client's address gets to the proxy's socket.
  fileprivate func diverts(_ family: IPFamily, _ options: TransparentStageOptions) -> Bool {
    guard let table, let rules = rules[family] else { return false }
    let matching = rules.filter { rule in
      let words = rule.split(separator: " ").map(String.init)
      let interface = words.firstIndex(of: "iif").map { words[$0 + 1] }
      let table = words.firstIndex(of: "lookup").map { words[$0 + 1] } ?? ""
      return (interface == nil || interface == options.interface) && routes[family]?.contains(table) == true
    }
    guard !matching.isEmpty else { return false }
    if table.contains("iifname"), !table.contains("\"\(options.interface)\"") { return false }
    if table.contains("tcp sport"), !table.contains(" \(options.port)") { return false }
    // The way back is looked for as if from this host itself: a rule with another interface is not asked.
    let isNarrow = matching.allSatisfy { $0.contains(" iif ") }
    let asksByMark =
      settings["ipv4/conf/all/src_valid_mark"] == "1" && settings["ipv4/conf/all/accept_local"] != "1"
    if family == .ipv4, asksByMark, !isNarrow { return false }
    if family == .ipv6, foreign.contains("fib saddr . mark"), !isNarrow { return false }
    return !foreign.contains("meta mark set 0x5")
  }

  fileprivate mutating func run(_ program: String, _ command: Command, _ nature: StagedHost.Nature) -> CommandResult {
    var words = command.arguments
    let input = String(decoding: command.input ?? [], as: UTF8.self)
    if program == "nft" {
      switch words {
      case ["list", "table", "inet", "toa_tproxy"]:
        return table.map { CommandResult(status: 0, output: $0) }
          ?? CommandResult(status: 1, errorOutput: "Error: No such file or directory\n")
      case ["-s", "list", "ruleset"]: return CommandResult(status: 0, output: (table ?? "") + foreign)
      case ["list", "tables"]: return CommandResult(status: 0)
      case ["--check", "-f", "-"]: return CommandResult(status: 0)
      case ["delete", "table", "inet", "toa_tproxy"]:
        table = nil
        return CommandResult(status: 0)
      case ["-f", "-"] where input.contains("toa_tproxy"):
        if let refusal = nature.refusal { return CommandResult(status: 1, errorOutput: refusal) }
        table = input
        return CommandResult(status: 0)
      case ["-f", "-"]:
        guard !input.contains("iif \"eth0\"") else {
          return CommandResult(status: 1, errorOutput: "/dev/stdin:3:5-10: Error: Interface does not exist\n")
        }
        foreign += input
        return CommandResult(status: 0)
      default: return Self.unasked(command)
      }
    }
    guard program == "ip" else { return Self.unasked(command) }
    var family = IPFamily.ipv4
    if words.first == "-6" {
      family = .ipv6
      words.removeFirst()
    }
    switch words.prefix(2) {
    case ["rule", "show"]:
      return CommandResult(status: 0, output: (rules[family] ?? []).map { $0 + "\n" }.joined())
    case ["rule", "add"], ["rule", "del"]:
      // Shown without "protocol kernel", as that is the usual one.
      let line = "\(words[3]):\tfrom all " + words.dropFirst(4).prefix { $0 != "protocol" }.joined(separator: " ")
      if words[1] == "add" { rules[family, default: []].append(line) } else { rules[family]?.removeAll { $0 == line } }
      return CommandResult(status: 0)
    case ["route", "add"]:
      routes[family, default: []].insert(words.last ?? "")
      return CommandResult(status: 0)
    case ["route", "del"]:
      routes[family]?.remove(words.last ?? "")
      return CommandResult(status: 0)
    case ["route", "show"] where words.last == "all": return CommandResult(status: 0)
    case ["route", "show"]:
      let isThere = routes[family]?.contains(words.last ?? "") == true
      return CommandResult(status: 0, output: isThere ? "local default dev lo scope host \n" : "")
    default: return Self.unasked(command)
    }
  }

  fileprivate static func unasked(_ command: Command) -> CommandResult {
    Issue.record("unasked command: \(command.typed)")
    return CommandResult(status: 127)
  }
}
