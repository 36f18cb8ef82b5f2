// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import ToaKit

/// Whole screens of a host whose kernel takes no modules.
struct EBPFScreenTests {
  static let summary = """
    Proof: real connections from a synthetic load balancer
    Applications on this host see their clients.
      kernel   6.1.0-56-cloud-amd64
      backend  eBPF, because this kernel cannot load modules
      package  toa-ebpf 0.1.0-1
      loaded   eBPF 0.1.0, on sockops, getpeername4, getpeername6
      cgroup   /  (every process)
      profile  default
      trusted  10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,
               192.168.0.0/16,::1/128,fc00::/7,fe80::/10
      at boot  loaded by toa-ebpf.service
      proven   2 cases passed, in 12 ms

    """

  let host: FakeHost

  init() throws { host = try FakeHost() }

  private func expect(_ arguments: String, _ status: Int32 = 0, out: String = "", err: String = "") async {
    let screen = await Screen.of(arguments, on: host)
    #expect(screen == Screen(status: status, out: out, err: err), "toa \(arguments)")
  }

  @Test func `where the kernel takes no modules, install says that it is eBPF, and why`() async throws {
    host[\.moduleLoading] = ENOSYS
    let plan = """
      toa 0.1.0 for kernel 6.1.0-56-cloud-amd64 on Debian GNU/Linux 12 (bookworm)
        eBPF, because this kernel cannot load modules
      Plan:
        1. package as toa-ebpf
        2. install toa-ebpf
        3. attach the eBPF programs, for every process

      """
    let steps = """
      [1/3] package as toa-ebpf
        # dpkg-deb --build /var/lib/toa/packages/1/toa-ebpf /var/lib/toa/packages/1/toa-ebpf_0.1.0-1_amd64.deb
      [2/3] install toa-ebpf
        # dpkg --install /var/lib/toa/packages/1/toa-ebpf_0.1.0-1_amd64.deb
      [3/3] attach the eBPF programs, for every process
        # toa load --backend ebpf

      """
    await expect(
      "install -n",
      out: """
        1. package as toa-ebpf
           # dpkg-deb --build /var/lib/toa/packages/1/toa-ebpf /var/lib/toa/packages/1/toa-ebpf_0.1.0-1_amd64.deb
        2. install toa-ebpf
           # dpkg --install /var/lib/toa/packages/1/toa-ebpf_0.1.0-1_amd64.deb
        3. attach the eBPF programs, for every process
           # toa load --backend ebpf

        """, err: "eBPF, because this kernel cannot load modules\n")
    await expect("install -y", err: plan + steps + Self.summary)
    await expect(
      "install -y",
      err: "toa is installed with eBPF already; nothing to change.\n"
        + Self.summary.replacing("because this kernel cannot load modules", with: "as installed before"))
    await expect(
      "status",
      out: """
        eBPF is loaded
          version      0.1.0
          hook         cgroup links: sockops, getpeername4, getpeername6
          cgroup       /  (every process)
          profile      default
          getsockopt   none; --getsockopt answers 4096 and 1345
          trusted      10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,
                       172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7,fe80::/10
          at boot      loaded by toa-ebpf.service
          connections  42 with a client address, 7 without

        """)
    await expect("unload", err: "  # rm -r /sys/fs/bpf/toa\neBPF is unloaded.\n")
    await expect(
      "status",
      out: """
        eBPF is installed and not loaded; next: toa load
          at boot  loaded by toa-ebpf.service

        """)
    await expect("uninstall -y -q")
    await expect("uninstall -y", err: "toa is not installed; nothing to remove.\n")
  }
}
