// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Testing
import ToaKit
import Wire

/// What is at work, whom it covers, and what comes back after a boot.
extension DoctorBpfTests {
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
  private static func reading(_ words: String) -> BpfControl {
    .live { $0.settings.profile = (try? Profile(parsing: words)) ?? .standard }
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
    Situation("BPF15", .ok, "the default profile", says: "default", .ebpf),
    Situation("BPF15", .skipped, "not in use", .able),
    Situation("BPF15", .ok, "the installed profile", .ebpf, settings(profile: "dpvs"), with(reading("dpvs"))),
    Situation(
      "BPF15", .ok, "the installed profile, not loaded", says: "dpvs", .ebpfInstalled, settings(profile: "dpvs")),
    Situation(
      "BPF15", .warning, "another profile than installed", says: "after a reboot", fix: "--profile ksyun", .ebpf, [:],
      with(reading("ksyun"))),
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
