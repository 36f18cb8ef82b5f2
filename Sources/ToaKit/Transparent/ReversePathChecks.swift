// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What the kernel asks of an IPv4 packet's source on the interface by which servers' answers arrive.
struct ReversePathChecks: Sendable, Equatable {
  /// rp_filter: "0", "1" (strict) or "2" (loose).
  var filter = "0"
  /// src_valid_mark: whether the packet's mark is part of the question.
  var asksByMark = false
  /// accept_local: whether this host itself may be the answer.
  var acceptsLocal = false

  /// None.
  init() {}

  /// Those of one interface of this host, or where none is given, of all that are up: what is the hardest to pass. Those in `loose` count as if
  /// they were.
  init(_ files: FileRoot, on interface: String?, loose: [String] = []) {
    let names = interface.map { [$0] } ?? NetworkInterface.up(in: files).map(\.name)
    func value(_ name: String, _ setting: String) -> String {
      ReversePathFilter(files: files).setting(setting, name) ?? "0"
    }
    // Documentation/networking/ip-sysctl.rst: the larger value counts, and of this one, either.
    let filters = names.map { loose.contains($0) ? "2" : max(value("all", "rp_filter"), value($0, "rp_filter")) }
    filter = filters.contains("1") ? "1" : filters.max() ?? value("all", "rp_filter")
    asksByMark = (["all"] + names).contains { value($0, "src_valid_mark") == "1" }
    let accepting = names.filter { value($0, "accept_local") == "1" }
    acceptsLocal = value("all", "accept_local") == "1" || (!names.isEmpty && accepting.count == names.count)
  }

  /// Settings below /proc/sys/net that make a namespace ask the same.
  var settings: [(name: String, value: String)] {
    [
      ("ipv4/conf/all/rp_filter", filter), ("ipv4/conf/all/src_valid_mark", asksByMark ? "1" : "0"),
      ("ipv4/conf/all/accept_local", acceptsLocal ? "1" : "0"),
    ]
  }
}
