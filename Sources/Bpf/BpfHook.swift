// SPDX-License-Identifier: Apache-2.0
internal import CBpf

/// A place in the kernel where a program of ours is attached to a cgroup.
public enum BpfHook: String, Sendable, CaseIterable, Codable {
  /// Learns the client of a connection.
  case sockops
  /// Answers getpeername(2) and accept(2) on AF_INET sockets.
  case getpeername4
  /// The same on AF_INET6 sockets.
  case getpeername6
  /// Answers the vendors' getsockopt(2) calls; only where asked for.
  case getsockopt

  /// Name of the program, as the kernel keeps it: at most 15 bytes of "toa_getpeername4".
  public var programName: String { "toa_" + rawValue }

  /// The hooks that are to have a program.
  public static func wanted(getsockopt: Bool) -> [BpfHook] { allCases.filter { $0 != .getsockopt || getsockopt } }

  /// The kernel's number of the hook.
  var attachType: UInt32 {
    switch self {
    case .sockops: BPF_CGROUP_SOCK_OPS.rawValue
    case .getpeername4: BPF_CGROUP_INET4_GETPEERNAME.rawValue
    case .getpeername6: BPF_CGROUP_INET6_GETPEERNAME.rawValue
    case .getsockopt: BPF_CGROUP_GETSOCKOPT.rawValue
    }
  }
}
