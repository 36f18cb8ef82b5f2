// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The kernel's own counters of this network namespace: /proc/net/netstat and /proc/net/snmp, pairs of a line of names and a line of
/// values, which both begin with the group.
struct ProtocolCounters: Sendable {
  static let paths = ["/proc/net/netstat", "/proc/net/snmp"]
  /// Values by group and name: "TcpExt SyncookiesRecv". A name may be in several groups.
  private let values: [String: UInt64]

  /// Reads them; nil when the kernel shows none.
  init?(_ files: FileRoot) {
    var values: [String: UInt64] = [:]
    for path in Self.paths {
      var names: [Substring] = []
      for line in (files.line(path) ?? "").split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let group = words.first?.dropLast() else { continue }
        if names.first == words.first, names.count == words.count {
          for (name, word) in zip(names, words).dropFirst() { values["\(group) \(name)"] = UInt64(word) }
          names = []
        } else {
          names = words
        }
      }
    }
    guard !values.isEmpty else { return nil }
    self.values = values
  }

  /// One of them: `["TcpExt", "SyncookiesRecv"]`; nil where this kernel has none of the name.
  subscript(group: String, name: String) -> UInt64? { values["\(group) \(name)"] }
}

extension FileRoot {
  /// How many sockets of some protocols /proc/net/protocols counts.
  func openSockets(of protocols: Set<String>) -> Int {
    var sockets = 0
    for row in (line("/proc/net/protocols") ?? "").split(separator: "\n") {
      let words = row.split(separator: " ")
      guard words.count > 2, protocols.contains(String(words[0])), let count = Int(words[2]) else { continue }
      sockets += max(0, count)
    }
    return sockets
  }
}
