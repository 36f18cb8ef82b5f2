// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// The rule that marks packets, in a table of toa's own, through nft(8).
struct NftMark: Sendable {
  /// The table, which nobody else uses.
  static let table = ["inet", "toa_tproxy"]
  let tools: NetworkTools

  /// Whether the rule of these settings is there. A rule carries what it was made from as its comment: nft prints it in other words than
  /// it was given, and in others from version to version.
  func isThere(_ settings: TransparentSettings) async throws(ToaError) -> Bool {
    guard let text = try await listed() else { return false }
    let rules = text.split(separator: "\n").filter { $0.contains("socket transparent") }
    return text.contains("hook prerouting") && rules.count == 1 && rules[0].contains(Self.comment(settings))
  }

  /// What is in the table; nil when there is none.
  func listed() async throws(ToaError) -> String? {
    let result = try await tools.answer("nft", ["list", "table"] + Self.table)
    if result.status == 0 { return result.output }
    guard result.errorOutput.contains("No such file or directory") else {
      throw NetworkTools.error(NetworkTools.command("nft", ["list", "table"] + Self.table).typed, result)
    }
    return nil
  }

  /// Makes the table, or makes it anew, at once: no packet meets half a table.
  func make(_ settings: TransparentSettings) async throws(ToaError) {
    let wildcard = try await tried(settings, wildcard: true).status == 0
    let result = try await tools.answer("nft", ["-f", "-"], input: Self.text(settings, wildcard: wildcard))
    guard result.status == 0 else { throw NetworkTools.error("nft -f -", result) }
  }

  /// What nft says when it only checks whether the kernel could take the table.
  func check(_ settings: TransparentSettings) async throws(ToaError) -> CommandResult {
    let result = try await tried(settings, wildcard: true)
    return result.status == 0 ? result : try await tried(settings, wildcard: false)
  }

  /// Kernels before 5.10 and nft before 0.9.8 do not know whether a socket listens on every address.
  private func tried(_ settings: TransparentSettings, wildcard: Bool) async throws(ToaError) -> CommandResult {
    try await tools.answer("nft", ["--check", "-f", "-"], input: Self.text(settings, wildcard: wildcard))
  }

  func remove() async throws(ToaError) {
    guard try await listed() != nil else { return }
    try await tools.change("nft", ["delete", "table"] + Self.table)
  }

  /// Naming the table first makes its removal succeed in any case; the three are one transaction.
  static func text(_ settings: TransparentSettings, wildcard: Bool) -> String {
    let name = table.joined(separator: " ")
    return """
      table \(name)
      delete table \(name)
      table \(name) {
        chain prerouting {
          \(chain)
          \(rule(settings, wildcard: wildcard).joined(separator: " "))
        }
      }

      """
  }

  /// Behind connection tracking and before destination NAT.
  private static let chain = "type filter hook prerouting priority -150; policy accept;"

  private static func rule(_ settings: TransparentSettings, wildcard: Bool) -> [String] {
    (settings.interfaces.isEmpty ? [] : ["iifname", set(settings.interfaces.map { "\"\($0)\"" })])
      + ["meta", "l4proto", "tcp"]
      + (settings.ports.isEmpty ? [] : ["tcp", "sport", set(settings.ports.map(String.init))])
      + ["socket", "transparent", "1"] + (wildcard ? ["socket", "wildcard", "0"] : [])
      + ["meta", "mark", "set", "meta", "mark", "|", settings.markText, "comment", "\"\(comment(settings))\""]
  }

  private static func set(_ elements: [String]) -> String { "{ \(elements.joined(separator: ", ")) }" }

  private static func comment(_ settings: TransparentSettings) -> String {
    let made = [
      settings.markText, settings.interfaces.joined(separator: ","),
      settings.ports.map(String.init).joined(separator: ","),
    ]
    return "toa " + MD5.hex(Array(made.joined(separator: " ").utf8)).prefix(16)
  }

  static func typed(_ settings: TransparentSettings) -> TransparentCommands {
    let making = [
      Command("nft", ["add", "table"] + table),
      Command("nft", ["add", "chain"] + table + ["prerouting", "{ \(chain) }"]),
      Command("nft", ["add", "rule"] + table + ["prerouting", rule(settings, wildcard: true).joined(separator: " ")]),
    ]
    return TransparentCommands(make: making.map(\.typed), remove: [Command("nft", ["delete", "table"] + table).typed])
  }
}
