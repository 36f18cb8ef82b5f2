// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Glibc
internal import Host

extension Check {
  static let bpfFileSystem = Check(
    "BPF03", .bpf, "BPF file system", about: .bpf,
    explanation: """
      Programs live on without a process by being pinned in a file system of the type bpf, by custom at /sys/fs/bpf; toa's pins are in
      /sys/fs/bpf/toa. systemd mounts it at boot. Where nobody did, toa mounts it when it loads; a reboot empties it.

      By hand:
          mount -t bpf bpf /sys/fs/bpf

      A container has a mount of its own, or none, and does not see the host's pins: run toa on the host.
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let point = "/sys/fs/bpf"
    if context.bpf.mounts.mount(at: point)?.type == "bpf" { return Outcome(.ok, point, evidence: [MountTable.path]) }
    let (files, evidence) = (context.system.files, ["\(MountTable.path): nothing of type bpf at \(point)"])
    guard files.knowsFileSystem("bpf") else {
      if context.bpf.probes.contains(where: { $0.errno == ENOSYS }) {
        return Outcome(.skipped, "needs eBPF for this process (BPF01)")
      }
      return Outcome(
        .error, "this kernel has none", expected: "a kernel with CONFIG_BPF_SYSCALL=y",
        evidence: ["/proc/filesystems: no bpf"], fix: ["boot the distribution's own kernel, then: toa install"])
    }
    return Outcome(.info, "not mounted at \(point); toa mounts it when it loads", evidence: evidence)
  }

  static let controlGroups = Check(
    "BPF04", .bpf, "cgroup2", about: .bpf,
    explanation: """
      Programs are attached to a cgroup of version 2 and serve every process in it and below: at its root all processes and containers
      of this kernel. Version 2 is at /sys/fs/cgroup, or, on systems that still use version 1 (hybrid), at /sys/fs/cgroup/unified.
      Processes are in both hierarchies; limits in version 1 change nothing for toa.

      Where it is not mounted at all, toa mounts it for the moment of attaching; the programs stay attached. By hand:
          mount -t cgroup2 cgroup2 /mnt

      Only sandboxes with a kernel of their own (gVisor, Kata, virtual machines) are not covered; they need toa inside.
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    let types = Set(context.bpf.mounts.mounts.map(\.type))
    if let mount = context.bpf.mounts.cgroup2 {
      return Outcome(
        .ok, mount.point + (types.contains("cgroup") ? ", beside version 1" : ""), evidence: [MountTable.path])
    }
    guard context.system.files.knowsFileSystem("cgroup2") else {
      return Outcome(
        .error, "this kernel has none", expected: "a kernel with CONFIG_CGROUP_BPF=y",
        evidence: ["/proc/filesystems: no cgroup2"], fix: ["boot the distribution's own kernel, then: toa install"])
    }
    let part = context.bpf.mounts.mounts.first { $0.type == "cgroup2" }
    if let part {
      return Outcome(
        .warning, "only a part of it is seen, at \(part.point): processes elsewhere are not covered",
        expected: "the whole hierarchy", evidence: ["\(MountTable.path): \(part.root) at \(part.point)"],
        fix: ["run toa on the host"])
    }
    return Outcome(.info, "not mounted; toa mounts it for the moment of attaching", evidence: [MountTable.path])
  }
}

extension FileRoot {
  /// Whether the kernel has a type of file system; one that does not say so may have it.
  fileprivate func knowsFileSystem(_ type: String) -> Bool {
    guard let types = line("/proc/filesystems") else { return true }
    return types.split(separator: "\n").contains { $0.split(separator: "\t").last ?? "" == type }
  }
}
