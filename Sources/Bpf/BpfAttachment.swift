// SPDX-License-Identifier: Apache-2.0
internal import CBpf

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

extension BpfAttachment {
  /// What is effective on a hook at a cgroup, and whether what sits on the cgroup itself is exclusive.
  static func all(on hook: BpfHook, _ cgroup: borrowing FileDescriptor) throws(BpfError) -> [BpfAttachment] {
    var flags: UInt32 = 0
    let own = try query(hook, cgroup, effective: false, &flags)
    var unused: UInt32 = 0
    let all = try query(hook, cgroup, effective: true, &unused)
    let isExclusive = !own.isEmpty && flags & BPF_F_ALLOW_MULTI == 0
    return all.map { id in
      var info = cbpf_program()
      let name = unsafe cbpf_program_info(id, &info) == 0 ? toa_about.text(info.name) : ""
      return BpfAttachment(
        hook: hook, program: id, name: name, isOurs: name == String(hook.programName.prefix(15)),
        isExclusive: isExclusive && own.contains(id))
    }
  }

  private static func query(
    _ hook: BpfHook, _ cgroup: borrowing FileDescriptor, effective: Bool, _ flags: inout UInt32
  ) throws(BpfError) -> [UInt32] {
    // The kernel allows 64 programs on a cgroup; the effective ones are those of all cgroups above, too.
    var ids = [UInt32](repeating: 0, count: 1024)
    var count = UInt32(ids.count)
    let result = unsafe cbpf_query(cgroup.number, hook.attachType, effective, &ids, &count, &flags)
    guard result == 0 else { throw BpfError(operation: "query", subject: hook.rawValue, errno: -result) }
    return Array(ids.prefix(Int(count)))
  }
}
