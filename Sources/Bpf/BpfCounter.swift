// SPDX-License-Identifier: Apache-2.0
internal import CBpf

/// One counter of the programs.
public struct BpfCounter: Sendable, Equatable {
  /// Name as in toa.ko's /proc/net/toa_stats: "syn_recv_sock_toa".
  public let name: String
  /// Value on each CPU, in the order of their numbers.
  public let perCPU: [UInt64]

  /// Creates the value.
  public init(name: String, perCPU: [UInt64]) {
    self.name = name
    self.perCPU = perCPU
  }

  /// Names in the order of `enum toa_counter`: those of toa.ko, then our own.
  static let names = [
    "syn_recv_sock_toa", "syn_recv_sock_no_toa", "getname_toa_ok", "getname_toa_mismatch", "getname_toa_bypass",
    "getname_toa_empty", "ip6_address_alloc", "ip6_address_free", "entry_alloc", "entry_free", "untrusted", "malformed",
    "alloc_failed", "table_full", "late_option", "getsockopt_ok",
  ]
}
