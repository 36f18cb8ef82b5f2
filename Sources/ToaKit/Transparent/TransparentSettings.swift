// SPDX-License-Identifier: Apache-2.0

/// How answers to clients' addresses come back to a transparent proxy on this host, as `toa tproxy enable` keeps it for the boot.
///
/// The kernel's documentation of the parts: Documentation/networking/tproxy.rst.
public struct TransparentSettings: Sendable, Equatable, Codable {
  /// What marks the packets.
  public enum PacketFilter: String, Sendable, Codable, CaseIterable {
    /// nftables, with nft(8) and a table of toa's own.
    case nft
    /// iptables and ip6tables, with a chain of toa's own.
    case iptables
  }

  /// What marks the packets.
  public var filter: PacketFilter
  /// The bits that are set in the mark of a packet whose destination is a transparent socket of this host; never 0.
  public var mark: UInt32
  /// Number of the route table that delivers everything locally.
  public var table: UInt32
  /// Number of the rule, as `ip rule` shows it first in the line, that sends marked packets to the table.
  public var priority: UInt32
  /// The servers' ports: only answers from these are diverted; empty is every port. In rising order.
  public var ports: [UInt16]
  /// The interfaces on which the servers' answers arrive; empty is every one.
  public var interfaces: [String]
  /// The protocols that the host has.
  public var families: [IPFamily]
  /// Interfaces whose check of the reverse path (rp_filter, RFC 3704) is strict and has to be loose, as answers arrive by another
  /// interface than the one by which their server is reached.
  public var loose: [String]

  /// Creates settings.
  public init(
    filter: PacketFilter = .nft, mark: UInt32 = 0x0100_0000, table: UInt32 = 862, priority: UInt32 = 862,
    ports: [UInt16] = [], interfaces: [String] = [], families: [IPFamily] = IPFamily.allCases, loose: [String] = []
  ) {
    self.filter = filter
    self.mark = mark
    self.table = table
    self.priority = priority
    self.ports = ports
    self.interfaces = interfaces
    self.families = families
    self.loose = loose
  }

  /// "0x1000000", as ip(8) and iptables print it.
  var markText: String { "0x" + String(mark, radix: 16) }
  /// "0x1000000/0x1000000": these bits and no others.
  var maskedMark: String { "\(markText)/\(markText)" }

  /// Whether they can be given to programs: what a file says is not trusted more than what a person types.
  var isSound: Bool {
    mark != 0 && table > 0 && !(253...255).contains(table) && (1..<32766).contains(priority) && !families.isEmpty
      && (interfaces + loose).allSatisfy(Self.isInterfaceName)
  }

  /// Whether a device can be called so: dev_valid_name() in net/core/dev.c, without what would need quoting.
  static func isInterfaceName(_ name: String) -> Bool {
    (1...15).contains(name.utf8.count) && name != "." && name != ".."
      && name.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"/:\"\\".utf8.contains($0) }
  }
}
