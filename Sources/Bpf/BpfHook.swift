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

/// A program on one of our hooks, whoever attached it.
public struct BpfAttachment: Sendable, Equatable, Codable {
  /// Where it is attached.
  public let hook: BpfHook
  /// The kernel's id of the program; `bpftool prog show id N` tells more.
  public let program: UInt32
  /// Name that its author gave it, at most 15 bytes.
  public let name: String
  /// Whether it is one of toa's.
  public let isOurs: Bool
  /// Whether nothing else can be attached beside it on its cgroup (a legacy attach without BPF_F_ALLOW_MULTI).
  public let isExclusive: Bool

  /// Creates the value.
  public init(hook: BpfHook, program: UInt32, name: String, isOurs: Bool, isExclusive: Bool) {
    self.hook = hook
    self.program = program
    self.name = name
    self.isOurs = isOurs
    self.isExclusive = isExclusive
  }
}

/// Whether the running kernel takes one of our programs.
public struct BpfProbe: Sendable, Equatable, Codable {
  /// Which program: a hook, or "table".
  public let program: String
  /// Positive errno of the refusal; nil when it was taken.
  public let errno: Int32?
  /// The last lines of what libbpf and the verifier said.
  public let log: [String]

  /// Creates the value.
  public init(program: String, errno: Int32?, log: [String] = []) {
    self.program = program
    self.errno = errno
    self.log = log
  }
}
