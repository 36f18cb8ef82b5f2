// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Glibc
internal import Host

extension Check {
  static let bpfCall = Check(
    "BPF01", .bpf, "eBPF for this process", about: .bpf,
    explanation: """
      eBPF programs enter the kernel by one system call, bpf(2). It is missing where the kernel was built without CONFIG_BPF_SYSCALL
      (ENOSYS), and refused (EPERM) to a process without the capabilities BPF, NET_ADMIN and PERFMON, of which SYS_ADMIN includes the
      first and the last. Containers take the capabilities or the call itself away, by a seccomp filter; a security module (SELinux,
      AppArmor) can refuse it, too. Doctor asks by having the kernel verify toa's own programs; nothing stays loaded.

      In a container or a service that filters system calls run toa on the host instead. See what this process may do:
          grep -E 'CapEff|Seccomp' /proc/self/status
          capsh --decode=$(awk '/CapEff/ {print $2}' /proc/self/status)

      A kernel without bpf(2) needs to be replaced by one with CONFIG_BPF_SYSCALL=y, or be served by the module.
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    let probes = context.bpf.probes
    let evidence = probes.compactMap { probe in probe.errno.map { "\(probe.program): \(errorText($0))" } }
    if context.bpf.live != nil || probes.contains(where: { $0.errno == nil }) {
      return Outcome(.ok, "the kernel has it, and this process may use it")
    }
    if probes.contains(where: { $0.errno == ENOSYS }) {
      return Outcome(
        .error, "this kernel has none", expected: "a kernel with CONFIG_BPF_SYSCALL=y", evidence: evidence,
        fix: context.moduleInstead)
    }
    guard probes.contains(where: { $0.errno == EPERM || $0.errno == EACCES }) else {
      return Outcome(.ok, "the kernel has it", evidence: evidence)
    }
    let capabilities = context.system.identity.capabilities
    func has(_ bits: UInt64...) -> Bool { bits.contains { capabilities >> $0 & 1 == 1 } }
    let missing = [
      has(39, 21) ? nil : "CAP_BPF", has(12) ? nil : "CAP_NET_ADMIN", has(38, 21) ? nil : "CAP_PERFMON",
    ].compactMap { $0 }
    let outside = ["run toa on the host, outside of containers and of services with SystemCallFilter="]
    guard missing.isEmpty else {
      return Outcome(
        .error, "root without \(missing.spoken) may not use it", expected: "these capabilities",
        evidence: ["CapEff in /proc/self/status: 0x\(String(capabilities, radix: 16))"] + evidence,
        fix: ["give this process \(missing.spoken)"] + outside)
    }
    if Container.isInUserNamespace(in: context.system.files) {
      return Outcome(
        .error, "root of a user namespace may not use it", expected: "the host's own root",
        evidence: ["/proc/self/uid_map"] + evidence, fix: outside)
    }
    return Outcome(
      .error, "a seccomp filter or a security module keeps this process from using it", evidence: evidence, fix: outside
    )
  }

  static let bpfPrograms = Check(
    "BPF02", .bpf, "the kernel takes the programs", about: .bpf,
    explanation: """
      toa has four programs for the hooks of a cgroup and one that lists connections. Doctor has the kernel verify each of them as it
      would for loading, because distributions add eBPF features to old kernels and the version tells little. Linux 5.10 has all
      that is needed.

      sockops learns the client, getpeername4 and getpeername6 tell applications: without one of them there is no service by eBPF on
      this kernel; use the module, or a newer kernel. getsockopt answers the vendors' own calls (NAT64 addresses) and is loaded only
      where --getsockopt asked for it. Without the table program, which needs a kernel with BTF (/sys/kernel/btf/vmlinux), `toa
      table` shows nothing, and all else works.

      The last lines of the verifier are shown by
          toa doctor --only BPF02 -v
      """
  ) { context in
    if let skip = context.unmet(.running, .root) { return skip }
    let probes = context.bpf.probes
    let barred: Set<Int32> = [ENOSYS, EPERM, EACCES]
    if context.bpf.live == nil, probes.allSatisfy({ $0.errno.map(barred.contains) ?? false }) {
      return Outcome(.skipped, "needs eBPF for this process (BPF01)")
    }
    let refused = probes.filter { $0.errno != nil }
    let evidence = refused.flatMap { probe in
      ["\(probe.program): \(errorText(probe.errno ?? 0))"] + probe.log.suffix(4)
    }
    let names = refused.map(\.program)
    let vital = names.filter { name in BpfHook(rawValue: name).map { $0 != .getsockopt } ?? false }
    guard vital.isEmpty else {
      // Switched on, they were taken before: memory is short, or the probe hit a limit.
      return Outcome(
        context.bpf.live == nil ? .error : .warning, "it refuses \(vital.spoken)", expected: "Linux 5.10 or newer",
        evidence: evidence, fix: context.moduleInstead)
    }
    if names.contains("getsockopt") {
      return Outcome(
        context.bpf.wantsGetsockopt ? .warning : .info,
        "all that is needed; not getsockopt, so calls of the vendors' own cannot be answered", evidence: evidence,
        fix: context.bpf.wantsGetsockopt ? context.moduleInstead : [])
    }
    if names.contains("table") {
      return Outcome(
        .info, "all for the hooks; not the table, so `toa table` shows nothing (it needs BTF)", evidence: evidence)
    }
    return Outcome(.ok, "\(probes.map(\.program).spoken)")
  }
}

extension DoctorContext {
  /// What to type where eBPF cannot be used.
  fileprivate var moduleInstead: [String] {
    [typedSwitch ?? "boot the distribution's own kernel, then: toa install"]
  }
}
