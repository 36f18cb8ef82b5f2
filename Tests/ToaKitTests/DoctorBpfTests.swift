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
  private static let release = DoctorHost.release
  private static func with(_ bpf: BpfControl) -> Spoil { { $0.bpf = bpf } }
  private static func withoutModules(_ bpf: BpfControl) -> Spoil {
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
  private static func settings(cgroup: String = "/", getsockopt: Bool = false, trusted: String? = nil) -> [String:
    String?]
  {
    let list = trusted.map { #", "trusted": "\#($0)""# } ?? ""
    return [
      EBPFSettings.path: #"{ "schema": "toa.ebpf/1", "cgroup": "\#(cgroup)", "getsockopt": \#(getsockopt)\#(list) }"#
    ]
  }
  private static func mounts(_ lines: String...) -> [String: String?] {
    [MountTable.path: (["23 1 254:0 / / rw - ext4 /dev/vda1 rw"] + lines).joined(separator: "\n") + "\n"]
  }
  private static let onlyRoot: Spoil = { $0.system = $0.system.with(identity(user: 1000, 0)) }

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

  private static func processes(_ others: [String: String?] = [:]) -> [String: String?] {
    [
      "/proc/net/tcp": """
      sl local_address rem_address st tx_queue rx_queue tr tm->when retrnsmt uid timeout inode
      0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 100 1 x
      1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 200 1 x
      2: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 300 1 x
      3: 0A00020A:0050 0A00020B:9C40 01 00000000:00000000 00:00000000 00000000 0 0 400 1 x

      """, "/proc/10/comm": "sshd\n", "/proc/10/fd/3": "-> socket:[100]", "/proc/11/comm": "cupsd\n",
      "/proc/10/cgroup": "0::/system.slice/ssh.service\n", "/proc/11/fd/3": "-> socket:[300]",
      "/proc/11/cgroup": "0::/system.slice/cups.service\n",
    ].merging(others) { $1 }
  }
  private static let nginx: [String: String?] = [
    "/proc/12/comm": "nginx\n", "/proc/12/fd/6": "-> socket:[200]", "/proc/12/cgroup": "0::/web/nginx\n",
    "/proc/13/comm": "nginx\n", "/proc/13/fd/6": "-> socket:[200]", "/proc/13/cgroup": "0::/web/nginx\n",
  ]
  private static let scoped = BpfControl.live { $0.settings.cgroup = "/sys/fs/cgroup/web" }
  private static let gone = BpfControl.live {
    $0.settings.cgroup = "/sys/fs/cgroup/web"
    $0.attached = []
  }
  private static let killed: BpfControl = {
    var control = BpfControl.able()
    control.hasPins = { true }
    return control
  }()
  private static func trusting(_ list: String) -> BpfControl {
    .live { $0.settings.trusted = (try? TrustList(parsing: list)) ?? .nobody }
  }
  private static func mptcp(accepted: Int, sockets: Int) -> [String: String?] {
    [
      "/proc/sys/net/mptcp/enabled": "1\n",
      "/proc/net/netstat":
        "TcpExt: A B\nTcpExt: 1 2\nMPTcpExt: MPCapableSYNRX MPCapableACKRX\nMPTcpExt: 9 \(accepted)\n",
      "/proc/net/protocols": "protocol size sockets\nMPTCPv6 2064 \(sockets) 0\nTCP 2304 5 2\nPACKET 1600 -1 -1\n",
    ]
  }
  private static let wide = settings(getsockopt: true)

  static let work: [Situation] = [
    Situation("BPF07", .info, "a kernel that takes modules", says: "not in use", .able),
    Situation("BPF07", .info, "no modules, nothing installed", fix: "toa install", .able, [:], withoutModules(.able())),
    Situation(
      "BPF07", .ok, "at work", says: "0.1.0 for every process, on sockops, getpeername4 and getpeername6", .ebpf),
    Situation("BPF07", .ok, "at work for one cgroup", says: "the cgroup /web", .ebpf, [:], with(scoped)),
    Situation("BPF07", .error, "installed, not loaded", fix: "toa load", .ebpfInstalled),
    Situation("BPF07", .skipped, "installed, refused", says: "BPF02", .ebpfInstalled, [:], with(.unable())),
    Situation("BPF07", .skipped, "a plain user", says: "ENV02", .ebpfInstalled, [:], onlyRoot),
    Situation("BPF07", .error, "pins that cannot be read", fix: "toa unload", .ebpf, [:]) {
      $0.bpf.live = { () throws(BpfError) in throw BpfError(operation: "read", subject: "map about", errno: EIO) }
    },
    Situation(
      "BPF07", .error, "the cgroup was removed", says: "was removed", fix: "once it is there", .ebpf, [:], with(gone)),
    Situation(
      "BPF07", .error, "the cgroup was removed and made again", says: "made again",
      fix: "toa load --backend ebpf --cgroup web", .ebpf, ["/sys/fs/cgroup/web/": ""], with(gone)),
    Situation(
      "BPF07", .error, "the installed cgroup was removed", fix: "toa load", .ebpf, settings(cgroup: "/web"), with(gone)),
    Situation("BPF07", .error, "both at work", says: "both", fix: "toa unload", .loaded, [:], with(.live())),
    Situation("BPF07", .warning, "installed beside toa.ko", fix: "toa unload && toa load", .loaded, settings()),
    Situation(
      "BPF07", .warning, "another version", says: "0.0.9", fix: "toa load", .ebpf, [:],
      with(.live { $0.version = "0.0.9" })),
    Situation("BPF07", .warning, "another object", fix: "toa load", .ebpf, [:], with(.live { $0.object = "other" })),
    Situation(
      "BPF07", .error, "settings that do not parse", fix: "toa uninstall", .ebpfInstalled, [EBPFSettings.path: "{}"]),
    Situation("BPF07", .warning, "the same, at work", .ebpf, [EBPFSettings.path: "{}"]),
    Situation("BPF10", .ok, "getsockopt not in use", .ebpf),
    Situation("BPF10", .ok, "a kernel without", says: "runs none", .ebpfInstalled, wide),
    Situation(
      "BPF10", .info, "none runs", says: "none run", .ebpfInstalled,
      wide.merging([DoctorHost.config: "CONFIG_MODULES=y\nCONFIG_IA32_EMULATION=y\n"]) { $1 }),
    Situation(
      "BPF10", .info, "one runs", says: "oldd:", fix: "toa uninstall && toa install --backend module", .ebpfInstalled,
      wide.merging([
        DoctorHost.config: "CONFIG_MODULES=y\nCONFIG_IA32_EMULATION=y\n", "/proc/20/comm": "oldd\n",
        "/proc/20/auxv": "",
        "/proc/21/comm": "newd\n", "/proc/21/auxv": "",
      ]) { $1 }
    ) {
      try? $0.tree.root.write("/proc/20/auxv", [32, 0, 0, 0, 0x70, 0x15, 0xf7, 0xf7])
      try? $0.tree.root.write("/proc/21/auxv", [33, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xfc, 0xf7, 0xff, 0x7f, 0, 0])
    },
    Situation("BPF11", .ok, "not in the kernel", says: "not in this kernel", .ebpf),
    Situation("BPF11", .ok, "switched off", says: "switched off", .ebpf, ["/proc/sys/net/mptcp/enabled": "0\n"]),
    Situation("BPF11", .ok, "nobody listens", says: "not in use", .ebpf, mptcp(accepted: 0, sockets: 0)),
    Situation("BPF11", .info, "a listener", says: "none did yet", .ebpf, mptcp(accepted: 0, sockets: 2)),
    Situation(
      "BPF11", .warning, "connections", says: "3 connections", fix: "enabled=0", .ebpf, mptcp(accepted: 3, sockets: 2)),
    Situation("BPF11", .info, "connections, eBPF not in use", .able, mptcp(accepted: 3, sockets: 2)),
    Situation("BPF12", .ok, "none", .ebpf),
    Situation(
      "BPF12", .warning, "an old set", says: "a set of", fix: "toa load", .ebpf, [:], with(.live { $0.remains = [6] })),
    Situation(
      "BPF12", .warning, "two old sets", says: "2 sets", .ebpf, [:], with(.live { $0.remains = [5, 6] })),
    Situation("BPF12", .warning, "a first load that was killed", fix: "toa unload", .able, [:], with(killed)),
    Situation("BPF12", .warning, "the same, installed", fix: "toa load", .ebpfInstalled, [:], with(killed)),
    Situation("BPF12", .warning, "beside toa.ko", fix: "rm -r /sys/fs/bpf/toa", .loaded, [:], with(killed)),
    Situation("BPF12", .skipped, "a plain user", .ebpf, [:], onlyRoot),
    Situation("BPF13", .ok, "every process", .ebpf),
    Situation("BPF13", .skipped, "not at work", says: "BPF07", .ebpfInstalled),
    Situation("BPF13", .ok, "no server", says: "no server", .ebpf, [:], with(scoped)),
    Situation(
      "BPF13", .warning, "none inside", says: "no server is in /web; sshd (22) is",
      fix: "--cgroup system.slice/ssh.service",
      .ebpf, processes(), with(scoped)),
    Situation(
      "BPF13", .info, "one inside, one outside", says: "nginx (80); outside, and not covered: sshd (22)", .ebpf,
      processes(nginx), with(scoped)),
    Situation(
      "BPF13", .ok, "all inside", says: "nginx (80)", .ebpf,
      processes(nginx).merging(["/proc/10/fd/3": "-> socket:[1]"]) { $1 }, with(scoped)),
    Situation("BPF14", .ok, "the standard list", says: "127.0.0.0/8", .ebpf),
    Situation("BPF14", .skipped, "not in use", .able),
    Situation(
      "BPF14", .warning, "any", says: "any", fix: "--trust", .ebpf, settings(trusted: "any"), with(trusting("any"))),
    Situation("BPF14", .warning, "any, not loaded", says: "any", .ebpfInstalled, settings(trusted: "any")),
    Situation(
      "BPF14", .warning, "another list than installed", says: "after a reboot", fix: "10.0.0.0/8", .ebpf, [:],
      with(trusting("10.0.0.0/8"))),
    Situation("BPF14", .ok, "the installed list", .ebpf, settings(trusted: "10.0.0.0/8"), with(trusting("10.0.0.0/8"))),
    Situation("PER02", .ok, "the service", says: "toa-ebpf", .ebpf),
    Situation("PER02", .skipped, "not installed", .able),
    Situation(
      "PER02", .warning, "by hand", says: "gone after a reboot", fix: "toa install --backend ebpf", .able, [:],
      with(.live())),
    Situation(
      "PER02", .warning, "masked", says: "masks", fix: "unmask", .ebpf,
      ["/etc/systemd/system/toa-ebpf.service": "-> /dev/null"]),
    Situation(
      "PER02", .warning, "the wish masked", fix: "rm /etc/systemd/system/sysinit.target.wants/toa-ebpf.service", .ebpf,
      ["/etc/systemd/system/sysinit.target.wants/toa-ebpf.service": "-> /dev/null"]),
    Situation("PER02", .warning, "no service", says: "missing", .ebpf, [DoctorHost.unit: nil, DoctorHost.wish: nil]),
    Situation("PER02", .warning, "not wanted", fix: "systemctl enable", .ebpf, [DoctorHost.wish: nil]),
    Situation(
      "PER02", .warning, "no systemd", says: "not init", fix: "/usr/lib/toa/toa load", .ebpf,
      ["/run/systemd/system/": nil]),
    Situation(
      "PER02", .warning, "switched off on the command line", says: "toa.disable", .ebpf,
      ["/proc/cmdline": "toa.disable\n"]),
    Situation("PER02", .warning, "masked by an empty file", says: "masks", .ebpf, [DoctorHost.unit: ""]),
    Situation(
      "PER02", .warning, "beside toa.ko", fix: "/etc/modules", .ebpf,
      ["/etc/modules": "toa\n", DoctorHost.module: ""]
    ) { $0.files = ["toa \(release)": DoctorHost.module] },
    Situation("PER02", .skipped, "a container", says: "ENV04", .ebpf, ["/.dockerenv": ""]),
  ]
}
