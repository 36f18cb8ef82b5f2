// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Testing
import ToaKit
import Wire

@Suite struct DoctorBpfTests {
  @Test(arguments: kernel + hooks + work) func `a check of eBPF finds`(_ situation: Situation) async throws {
    try await situation.verify()
  }

  typealias Spoil = @Sendable (inout DoctorHost) -> Void
  static let release = DoctorHost.release
  static func with(_ bpf: BpfControl) -> Spoil { { $0.bpf = bpf } }
  static func withoutModules(_ bpf: BpfControl) -> Spoil {
    {
      $0.bpf = bpf
      $0.system = $0.system.with(moduleLoading: ENOSYS)
    }
  }
  private static func identity(user: UInt32 = 0, _ capabilities: UInt64 = ~0) -> Identity {
    Identity(kernelRelease: release, machine: "x86_64", userID: user, capabilities: capabilities)
  }
  /// A kernel that refuses some programs.
  private static func refusing(_ programs: String..., errno: Int32 = EINVAL) -> BpfControl {
    var control = BpfControl.able()
    control.probe = {
      (BpfHook.allCases.map(\.rawValue) + ["table"]).map { name in
        let refused = programs.contains(name)
        return BpfProbe(program: name, errno: refused ? errno : nil, log: refused ? ["unknown func"] : [])
      }
    }
    return control
  }
  static func settings(
    cgroup: String = "/", getsockopt: Bool = false, trusted: String? = nil, profile: String? = nil
  ) -> [String: String?] {
    let list =
      (trusted.map { #", "trusted": "\#($0)""# } ?? "") + (profile.map { #", "profile": "\#($0)""# } ?? "")
    return [
      EBPFSettings.path: #"{ "schema": "toa.ebpf/1", "cgroup": "\#(cgroup)", "getsockopt": \#(getsockopt)\#(list) }"#
    ]
  }
  private static func mounts(_ lines: String...) -> [String: String?] {
    [MountTable.path: (["23 1 254:0 / / rw - ext4 /dev/vda1 rw"] + lines).joined(separator: "\n") + "\n"]
  }
  static let onlyRoot: Spoil = { $0.system = $0.system.with(identity(user: 1000, 0)) }

  static let kernel: [Situation] = [
    Situation("BPF01", .ok, "eBPF", .able),
    Situation("BPF01", .ok, "eBPF at work", .ebpf, [:], with(.live())),
    Situation("BPF01", .info, "none, a kernel that takes modules", says: "toa.ko does not need it", .bare),
    Situation(
      "BPF01", .error, "none, no modules", says: "has none", fix: "boot", .bare, [:], withoutModules(.unable())),
    Situation(
      "BPF01", .error, "none, but installed", fix: "toa uninstall && toa install --backend module", .ebpfInstalled, [:],
      with(.unable())),
    Situation("BPF01", .skipped, "a plain user", says: "ENV02", .able, [:], onlyRoot),
    Situation("BPF01", .skipped, "toa.ko at work", says: "toa.ko is used here"),
    Situation("BPF01", .error, "missing capabilities", says: "CAP_NET_ADMIN and CAP_PERFMON", .ebpfInstalled, [:]) {
      $0.system = $0.system.with(identity(1 << 39))
      $0.bpf = .unable(errno: EPERM)
    },
    Situation(
      "BPF01", .error, "root of a user namespace", says: "user namespace", .ebpfInstalled,
      ["/proc/self/uid_map": "0 1000 1\n"], with(.unable(errno: EPERM))),
    Situation("BPF01", .error, "a filter", says: "seccomp", .ebpfInstalled, [:], with(.unable(errno: EPERM))),
    Situation("BPF01", .ok, "programs refused for themselves", .bare, [:], with(.unable(errno: EINVAL))),
    Situation("BPF02", .ok, "all", says: "sockops, getpeername4, getpeername6, getsockopt and table", .able),
    Situation("BPF02", .skipped, "no eBPF", says: "BPF01", .bare),
    Situation("BPF02", .skipped, "a plain user", says: "ENV02", .able, [:], onlyRoot),
    Situation(
      "BPF02", .info, "no sockops, a kernel that takes modules", says: "sockops and getpeername6; toa.ko", .able, [:],
      with(refusing("sockops", "getpeername6"))),
    Situation(
      "BPF02", .error, "no sockops, no modules", says: "refuses sockops", fix: "boot", .able, [:],
      withoutModules(refusing("sockops"))),
    Situation(
      "BPF02", .error, "no getpeername4, installed", fix: "toa uninstall && toa install --backend module",
      .ebpfInstalled, [:],
      with(refusing("getpeername4"))),
    Situation("BPF02", .warning, "no sockops, but at work", .ebpf, [:]) {
      $0.bpf = .live()
      $0.bpf.probe = refusing("sockops", errno: ENOMEM).probe
    },
    Situation("BPF02", .info, "no getsockopt", says: "not getsockopt", .able, [:], with(refusing("getsockopt"))),
    Situation(
      "BPF02", .warning, "no getsockopt, which is wanted", fix: "toa uninstall && toa install --backend module",
      .ebpfInstalled,
      settings(getsockopt: true), with(refusing("getsockopt"))),
    Situation("BPF02", .info, "no table", says: "toa table", .able, [:], with(refusing("table"))),
    Situation("BPF03", .ok, "mounted", says: "/sys/fs/bpf", .able),
    Situation("BPF03", .info, "not mounted", says: "when it loads", .able, mounts()),
    Situation(
      "BPF03", .error, "not in the kernel", says: "has none", fix: "boot", .ebpfInstalled,
      mounts().merging(["/proc/filesystems": "\text4\n"]) { $1 }),
    Situation(
      "BPF03", .skipped, "no eBPF at all", says: "BPF01", .bare,
      mounts().merging(["/proc/filesystems": "\text4\n"]) { $1 }),
    Situation("BPF04", .ok, "cgroup2 alone", says: "/sys/fs/cgroup", .able),
    Situation(
      "BPF04", .ok, "hybrid", says: "/sys/fs/cgroup/unified, beside version 1", .able,
      mounts(
        "40 23 0:40 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw", "41 23 0:38 / /sys/fs/cgroup/unified rw - cgroup2 c rw"
      )),
    Situation("BPF04", .info, "not mounted", says: "for the moment", .able, mounts()),
    Situation(
      "BPF04", .warning, "a part of it", says: "only a part", fix: "on the host", .ebpfInstalled,
      mounts("41 23 0:38 /docker/1 /sys/fs/cgroup rw - cgroup2 c rw")),
    Situation(
      "BPF04", .error, "not in the kernel", fix: "boot", .ebpfInstalled,
      mounts().merging(["/proc/filesystems": "\text4\n"]) { $1 }),
    Situation("BPF09", .ok, "open", says: "not locked down", .able),
    Situation(
      "BPF09", .info, "confidentiality", says: "works under it", .ebpf,
      ["/sys/kernel/security/lockdown": "none integrity [confidentiality]\n"]),
  ]

  private static func foreign(
    _ hook: BpfHook, _ name: String = "lb_name", exclusive: Bool = false
  ) -> BpfAttachment {
    BpfAttachment(hook: hook, program: 99, name: name, isOurs: false, isExclusive: exclusive)
  }
  private static func attached(_ programs: [BpfAttachment]) -> BpfControl {
    var control = BpfControl.able()
    control.attachments = { _ throws(BpfError) in programs }
    return control
  }
  private static let alone = attached([foreign(.sockops, "mb_sockops", exclusive: true)])
  private static let agent: [String: String?] = ["/proc/812/comm": "cilium-agent\n"]

  static let hooks: [Situation] = [
    Situation("BPF05", .ok, "none", .able),
    Situation("BPF05", .ok, "only toa's", .ebpf),
    Situation("BPF05", .info, "somebody's", says: "lb_name (id 99)", .able, [:], with(attached([foreign(.sockops)]))),
    Situation(
      "BPF05", .info, "before toa's", .ebpf, [:], with(.live(attached: [foreign(.getpeername4)] + BpfControl.own))),
    Situation(
      "BPF05", .warning, "after toa's", says: "after toa on getpeername4", fix: "which puts toa last", .ebpf, [:],
      with(.live(attached: BpfControl.own + [foreign(.getpeername4)]))),
    Situation(
      "BPF05", .info, "sockops after toa's", .ebpf, [:], with(.live(attached: BpfControl.own + [foreign(.sockops)]))),
    Situation(
      "BPF05", .info, "Cilium's after toa's", says: "cil_sock4_getpe", .ebpf, [:],
      with(.live(attached: BpfControl.own + [foreign(.getpeername4, "cil_sock4_getpe")]))),
    Situation(
      "BPF05", .error, "alone on a hook, no modules", says: "mb_sockops (id 99) holds sockops of /sys/fs/cgroup alone",
      fix: "bpftool prog show id 99", .able, [:], withoutModules(alone)),
    Situation("BPF05", .info, "alone on a hook, a kernel that takes modules", says: "alone", .able, [:], with(alone)),
    Situation(
      "BPF05", .error, "alone on a hook, toa installed", fix: "bpftool cgroup detach /sys/fs/cgroup sock_ops id 99",
      .ebpfInstalled, [:], with(alone)),
    Situation(
      "BPF05", .error, "no bpftool", fix: "apt-get install bpftool && bpftool prog", .ebpfInstalled, [:], with(alone)),
    Situation(
      "BPF05", .info, "alone on getsockopt, which is not wanted", .ebpfInstalled, [:],
      with(attached([foreign(.getsockopt, exclusive: true)]))),
    Situation(
      "BPF05", .error, "alone on getsockopt, which is wanted", .ebpfInstalled, settings(getsockopt: true),
      with(attached([foreign(.getsockopt, exclusive: true)]))),
    Situation(
      "BPF05", .warning, "after toa's, in the cgroup above", fix: "--cgroup /sys/fs/cgroup", .ebpf,
      ["/sys/fs/cgroup/web/": ""]
    ) {
      var control = BpfControl.live { $0.settings.cgroup = "/sys/fs/cgroup/web" }
      control.attachments = { place throws(BpfError) in
        place == "/sys/fs/cgroup" ? [foreign(.getpeername6)] : BpfControl.own + [foreign(.getpeername6)]
      }
      $0.bpf = control
    },
    Situation("BPF05", .skipped, "no cgroup2", says: "BPF04", .able, mounts()),
    Situation("BPF05", .skipped, "a kernel that does not tell", says: "does not tell", .able, [:]) {
      $0.bpf.attachments = { _ throws(BpfError) in
        throw BpfError(operation: "query", subject: "sockops", errno: EINVAL)
      }
    },
    Situation("BPF06", .ok, "none", says: "not here", .able),
    Situation("BPF06", .info, "an agent, toa not at work", .able, agent),
    Situation(
      "BPF06", .info, "socket load balancing", says: "leaves accepted connections alone", .ebpf, agent,
      with(.live(attached: [foreign(.getpeername4, "cil_sock4_getpe")] + BpfControl.own))),
    Situation("BPF06", .warning, "an agent without it", says: "before spring 2026", fix: "detach cgroup", .ebpf, agent),
    Situation("BPF06", .info, "traces", says: "no agent runs", .ebpf, ["/etc/cni/net.d/05-cilium.conflist": "{}"]),
    Situation("BPF06", .info, "pins", .ebpf, ["/sys/fs/bpf/tc/globals/cilium_ct4_global": ""]),
  ]
}
