// SPDX-License-Identifier: Apache-2.0

/// One of the two internet protocols; a transparent proxy needs every rule once for each.
public enum IPFamily: String, Sendable, Codable, CaseIterable {
  /// IPv4.
  case ipv4
  /// IPv6.
  case ipv6

  /// "IPv4", "IPv6".
  var title: String { self == .ipv4 ? "IPv4" : "IPv6" }
  /// What ip(8) is told: nothing, or "-6".
  var ipOptions: [String] { self == .ipv4 ? [] : ["-6"] }
  /// The program of iptables for it.
  var iptables: String { self == .ipv4 ? "iptables" : "ip6tables" }
}
