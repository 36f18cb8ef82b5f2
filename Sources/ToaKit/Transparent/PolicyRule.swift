// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A line of `ip rule`: which packets are looked up in which route table.
struct PolicyRule: Sendable, Equatable {
  /// Its number; rules are asked in rising order.
  let priority: UInt32
  /// The bits of the packet's mark that have to be set, and those that are compared; nil when the mark does not matter.
  let mark: (value: UInt32, mask: UInt32)?
  /// The interface on which the packet came; nil when that does not matter.
  let interface: String?
  /// The table as it is printed: a number or a name.
  let table: String?
  /// Whether nothing but the table is in it: every packet is looked up there.
  let isForAll: Bool
  /// The line.
  let text: String

  /// Parses a line such as "862:	from all fwmark 0x1/0x1 iif eth1 lookup 862"; nil for another one.
  init?(_ line: some StringProtocol) {
    let words = String(line).split { $0 == " " || $0 == "\t" }.map(String.init)
    guard let first = words.first, first.last == ":", let priority = UInt32(first.dropLast()) else { return nil }
    self.priority = priority
    text = words.joined(separator: " ")
    interface = words.word(after: "iif")
    table = words.word(after: "lookup") ?? words.word(after: "table")
    mark = words.word(after: "fwmark").flatMap { MarkText.masked($0) }
    isForAll = words.dropFirst().prefix(3) == ["from", "all", "lookup"]
  }

  static func == (one: PolicyRule, other: PolicyRule) -> Bool { one.text == other.text }

  /// The rules of a protocol.
  static func all(_ family: IPFamily, _ tools: NetworkTools) async throws(ToaError) -> [PolicyRule] {
    try await tools.output("ip", family.ipOptions + ["rule", "show"]).split(separator: "\n").compactMap {
      PolicyRule($0)
    }
  }
}

/// Names of route tables, as ip(8) prints them.
struct RouteTableNames: Sendable {
  private var numbers: [String: UInt32] = ["default": 253, "main": 254, "local": 255]

  /// Reads the files of iproute2.
  init(_ files: FileRoot) {
    for folder in ["/usr/share/iproute2", "/etc/iproute2"] {
      let more = files.list("\(folder)/rt_tables.d").filter { $0.hasSuffix(".conf") }
      for path in ["\(folder)/rt_tables"] + more.map({ "\(folder)/rt_tables.d/\($0)" }) {
        for line in ((try? files.text(path)) ?? "").split(separator: "\n") {
          let words = line.split { $0 == " " || $0 == "\t" }
          guard words.count >= 2, let number = UInt32(words[0]) else { continue }
          numbers[String(words[1])] = number
        }
      }
    }
  }

  /// The number of a table that is given by number or name.
  func number(_ table: String) -> UInt32? { UInt32(table) ?? numbers[table] }
  /// Whether somebody has given the number a name.
  func isNamed(_ number: UInt32) -> Bool { numbers.values.contains(number) }
}
