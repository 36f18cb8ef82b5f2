// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The kernel's check whether a packet's source would be answered by the interface on which it came (RFC 3704), for IPv4: it has none for
/// IPv6 but in the packet filter. Documentation/networking/ip-sysctl.rst: the larger one of the value for all and of the interface's counts.
struct ReversePathFilter: Sendable {
  static let loose = "2"
  let files: FileRoot

  static let folder = "/proc/sys/net/ipv4/conf"

  static func path(_ interface: String) -> String { "\(folder)/\(interface)/rp_filter" }

  /// The interfaces of the network namespace, which is the one of the process here and in /sys that of whoever mounted it.
  var interfaces: [String] { files.list(Self.folder).filter { !["all", "default"].contains($0) }.sorted() }

  /// What is set for one interface, or for "all"; nil when there is no such interface.
  func value(_ interface: String) -> String? { setting("rp_filter", interface) }

  /// Another setting of the same folder, such as "src_valid_mark".
  func setting(_ name: String, _ interface: String) -> String? { files.line("\(Self.folder)/\(interface)/\(name)") }

  /// Whether packets are dropped on the interface that would be answered by another one.
  func isStrict(_ interface: String) -> Bool { max(value("all") ?? "0", value(interface) ?? "0") == "1" }

  func set(_ interface: String, _ value: String) throws(ToaError) {
    try KernelSetting(path: Self.path(interface), value: value, old: "").set(value, files)
  }

  static func typed(_ interface: String, _ value: String) -> String {
    KernelSetting(path: path(interface), value: value, old: "").typed(value)
  }

  /// Where the mark of a packet is part of the question on one of these interfaces, as WireGuard's wg-quick sets it: of these and "all"
  /// those with src_valid_mark. A rule that looks at marks alone then answers for the reverse path, too, that the source is this host
  /// itself, and the packet is dropped, unless accept_local lets such a source in. Of both, either value counts, the interface's or that
  /// for all.
  func asking(byMarkOn interfaces: [String]) -> [String] {
    func isOn(_ name: String, _ interface: String) -> Bool { setting(name, interface) == "1" }
    guard !isOn("accept_local", "all") else { return [] }
    let dropping = interfaces.filter { !isOn("accept_local", $0) }
    guard interfaces.isEmpty || !dropping.isEmpty else { return [] }
    return (["all"] + dropping).filter { isOn("src_valid_mark", $0) }
  }
}
