// SPDX-License-Identifier: Apache-2.0
internal import CBpf
internal import Glibc
internal import Wire

extension BpfConnection {
  /// The values that the iterator wrote one after the other; an incomplete last one is left out.
  static func all(in bytes: [UInt8]) -> [BpfConnection] {
    let size = MemoryLayout<toa_client>.size
    return stride(from: 0, through: bytes.count - size, by: size).map { start in
      let value = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: start, as: toa_client.self) }
      return BpfConnection(
        client: value.client.endpoint, balancer: value.balancer.endpoint, local: value.local.endpoint,
        kind: value.kind, length: value.length)
    }
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
