// SPDX-License-Identifier: Apache-2.0
import Kmod
import Testing

@testable import ToaKit

/// Whole screens of a host on its way from nothing to a working toa and back.
struct ScreenTests {
  static let plan = """
    Plan:
      1. install linux-headers-6.1.0-56-cloud-amd64, gcc-12, make
      2. build toa.ko for 6.1.0-56-cloud-amd64 with gcc-12
      3. strip toa.ko
      4. package as toa-modules-common and toa-modules-6.1.0-56-cloud-amd64
      5. package as toa-kernel-hooks, for kernels to come
      6. install toa-modules-common, toa-modules-6.1.0-56-cloud-amd64 and toa-kernel-hooks
      7. let apt remove toa-modules-6.1.0-56-cloud-amd64 with its kernel
      8. load toa

    """
  static let heading = """
    toa 0.1.0 for kernel 6.1.0-56-cloud-amd64 on Debian GNU/Linux 12 (bookworm)
      vanilla kernel; the kernel was built with gcc 12.2.0; no compiler found

    """
  static let summary = """
    Proof: real connections from a synthetic load balancer
    Applications on this host see their clients.
      kernel      6.1.0-56-cloud-amd64
      built with  gcc-12
      package     toa-modules-common, toa-modules-6.1.0-56-cloud-amd64 0.1.0-1
      later on    hooks of toa-kernel-hooks build for new kernels
      loaded      toa.ko 0.1.0, hooked by ftrace
      profile     default
      trusted     127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,
                  169.254.0.0/16,::1/128,fc00::/7,fe80::/10
      at boot     loaded by systemd-modules-load
      proven      2 cases passed, in 12 ms

    """
  static let removal = [
    "rmmod toa", "apt-mark manual toa-modules-6.1.0-56-cloud-amd64",
    "dpkg --purge --force-remove-reinstreq toa-kernel-hooks toa-modules-6.1.0-56-cloud-amd64 toa-modules-common",
    "rm /var/lib/toa/packages/1/toa-kernel-hooks_0.1.0-1_amd64.deb",
    "rm -r /var/lib/toa/packages/1", "rm -r /var/lib/toa/build/6.1.0-56-cloud-amd64",
    "apt-get purge -y linux-kbuild-6.1 linux-headers-6.1.0-56-cloud-amd64 cpp-12 gcc-12 make", "rm -r /var/lib/toa",
    "rm -r /var/log/toa",
  ]

  let host: FakeHost

  init() throws { host = try FakeHost() }

  private func expect(_ arguments: String, _ status: Int32 = 0, out: String = "", err: String = "") async {
    let screen = await Screen.of(arguments, on: host)
    #expect(screen == Screen(status: status, out: out, err: err), "toa \(arguments)")
  }

  @Test func `install --dry-run prints each step with the commands to type`() async {
    await expect(
      "install --dry-run",
      out: """
        1. install linux-headers-6.1.0-56-cloud-amd64, gcc-12, make
           # apt-get install -y --no-install-recommends linux-headers-6.1.0-56-cloud-amd64 gcc-12 make
        2. build toa.ko for 6.1.0-56-cloud-amd64 with gcc-12
           # make -C /lib/modules/6.1.0-56-cloud-amd64/build M=/var/lib/toa/build/6.1.0-56-cloud-amd64 CC=/usr/bin/gcc-12 modules
        3. strip toa.ko
           # strip -g /var/lib/toa/build/6.1.0-56-cloud-amd64/toa.ko
        4. package as toa-modules-common and toa-modules-6.1.0-56-cloud-amd64
           # dpkg-deb --build /var/lib/toa/packages/1/toa-modules-common /var/lib/toa/packages/1/toa-modules-common_0.1.0-1_all.deb
           # dpkg-deb --build /var/lib/toa/packages/1/toa-modules-6.1.0-56-cloud-amd64 /var/lib/toa/packages/1/toa-modules-6.1.0-56-cloud-amd64_0.1.0-1_amd64.deb
        5. package as toa-kernel-hooks, for kernels to come
           # dpkg-deb --build /var/lib/toa/packages/1/toa-kernel-hooks /var/lib/toa/packages/1/toa-kernel-hooks_0.1.0-1_amd64.deb
        6. install toa-modules-common, toa-modules-6.1.0-56-cloud-amd64 and toa-kernel-hooks
           # dpkg --install --force-confold /var/lib/toa/packages/1/toa-modules-common_0.1.0-1_all.deb /var/lib/toa/packages/1/toa-modules-6.1.0-56-cloud-amd64_0.1.0-1_amd64.deb /var/lib/toa/packages/1/toa-kernel-hooks_0.1.0-1_amd64.deb
        7. let apt remove toa-modules-6.1.0-56-cloud-amd64 with its kernel
           # apt-mark auto toa-modules-6.1.0-56-cloud-amd64
        8. load toa
           # modprobe toa

        """)
  }

  @Test func `install says what it does, and the second time that nothing is to be done`() async {
    await expect(
      "install -y",
      err: Self.heading + Self.plan + """
        [1/8] install linux-headers-6.1.0-56-cloud-amd64, gcc-12, make
          # apt-get install -y --no-install-recommends linux-headers-6.1.0-56-cloud-amd64 gcc-12 make
        [2/8] build toa.ko for 6.1.0-56-cloud-amd64 with gcc-12
          # make -C /lib/modules/6.1.0-56-cloud-amd64/build M=/var/lib/toa/build/6.1.0-56-cloud-amd64 CC=/usr/bin/gcc-12 modules
        [3/8] strip toa.ko
          # strip -g /var/lib/toa/build/6.1.0-56-cloud-amd64/toa.ko
        [4/8] package as toa-modules-common and toa-modules-6.1.0-56-cloud-amd64
          # dpkg-deb --build /var/lib/toa/packages/1/toa-modules-common /var/lib/toa/packages/1/toa-modules-common_0.1.0-1_all.deb
          # dpkg-deb --build /var/lib/toa/packages/1/toa-modules-6.1.0-56-cloud-amd64 /var/lib/toa/packages/1/toa-modules-6.1.0-56-cloud-amd64_0.1.0-1_amd64.deb
        [5/8] package as toa-kernel-hooks, for kernels to come
          # dpkg-deb --build /var/lib/toa/packages/1/toa-kernel-hooks /var/lib/toa/packages/1/toa-kernel-hooks_0.1.0-1_amd64.deb
        [6/8] install toa-modules-common, toa-modules-6.1.0-56-cloud-amd64 and toa-kernel-hooks
          # dpkg --install --force-confold /var/lib/toa/packages/1/toa-modules-common_0.1.0-1_all.deb /var/lib/toa/packages/1/toa-modules-6.1.0-56-cloud-amd64_0.1.0-1_amd64.deb /var/lib/toa/packages/1/toa-kernel-hooks_0.1.0-1_amd64.deb
        [7/8] let apt remove toa-modules-6.1.0-56-cloud-amd64 with its kernel
          # apt-mark auto toa-modules-6.1.0-56-cloud-amd64
        [8/8] load toa
          # modprobe toa

        """ + Self.summary)
    let already = "toa is installed for 6.1.0-56-cloud-amd64 already; nothing to change.\n"
    await expect("install -y", err: already + Self.summary)
    await expect("install -n", err: already)
  }

  @Test func `without --yes and nobody to ask nothing is changed`() async {
    await expect(
      "install", 2,
      err: Self.heading + Self.plan + """
        Do it?
        error: nothing was changed
          nobody is there to ask
          -> toa install --yes
          -> toa install --dry-run

        """)
    #expect(host.changes == [])
  }

  @Test func `status tells a missing, a working and an unloaded toa apart`() async throws {
    await expect(
      "status",
      out: """
        toa is not installed; next: toa install
          at boot      not loaded
          this kernel  6.1.0-56-cloud-amd64  no module

        """)
    try await host.install()
    await expect(
      "status",
      out: """
        toa.ko is loaded
          version      0.1.0
          hook         ftrace
          profile      default
          getsockopt   4096, 1345
          trusted      127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,
                       100.64.0.0/10,169.254.0.0/16,::1/128,fc00::/7,fe80::/10
          at boot      loaded
          this kernel  6.1.0-56-cloud-amd64  /lib/modules/6.1.0-56-cloud-amd64/updates/toa.ko  (package)
          connections  42 with a client address, 7 without

        """)
    await expect("unload", err: "  # rmmod toa\ntoa.ko is unloaded.\n")
    await expect(
      "status",
      out: """
        toa.ko is installed and not loaded; next: toa load
          at boot      loaded
          this kernel  6.1.0-56-cloud-amd64  /lib/modules/6.1.0-56-cloud-amd64/updates/toa.ko  (package)

        """)
    await expect("load", err: "  # modprobe toa\ntoa.ko 0.1.0 is loaded, hooked by ftrace.\n")
    await expect("load", err: "toa.ko 0.1.0 is loaded already; nothing to do.\n")
  }

  @Test func `stats adds up, shows each CPU when asked, and the options as a group`() async throws {
    await expect(
      "stats", 77,
      err: """
        error: there are no counters at /proc/net/toa_stats
          no TOA is loaded, or this process is in a network namespace that does not show
          them
          -> toa load
          -> in a container: run it on the host

        """)
    try await host.install()
    await expect(
      "stats",
      out: """
        counter               total
        syn_recv_sock_toa        42
        syn_recv_sock_no_toa      7
        getname_toa_ok           84
        untrusted                 3
        late_option               1
        deferred_lost             0
        clients by option
          254/8                  40
          200/8                   2

        """)
    await expect(
      "stats --per-cpu",
      out: """
        counter               total  CPU0  CPU1
        syn_recv_sock_toa        42    40     2
        syn_recv_sock_no_toa      7     7     0
        getname_toa_ok           84    84     0
        untrusted                 3     0     3
        late_option               1     1     0
        deferred_lost             0     0     0
        clients by option
          254/8                  40    39     1
          200/8                   2     1     1

        """)
  }

  @Test func `build says where the module is, and with -v what the headers answered`() async throws {
    try await host.install()
    let out = "/tmp/toa"
    host.write(out + "/", "")
    let done = """
      building toa.ko for 6.1.0-56-cloud-amd64 with gcc 12.2.0
        the kernel was built with gcc 12.2.0; gcc 12.2.0 (/usr/bin/gcc-12) is of the same series
        # make -C /lib/modules/6.1.0-56-cloud-amd64/build M=/tmp/toa/.toa-build CC=/usr/bin/gcc-12 modules

      """
    let strip = "  # strip -g /tmp/toa/.toa-build/toa.ko\n"
    await expect("build --out \(out)", err: done + strip + "built /tmp/toa/toa.ko\n")
    await expect(
      "build --out \(out) -v",
      err: done + "      CC [M]  main.o\n      LD [M]  toa.ko\n" + strip + """
            what the headers of this kernel have:
            SYN_RECV_SOCK_7  no   Since 6.19, and in stable trees: opt_child_init.
            SYN_RECV_SOCK_6  yes  Since 4.4.
            hook: ftrace redirection, kretprobes where that is taken
        built /tmp/toa/toa.ko

        """)
  }

  @Test func `debug says what it would type, and status that it was left on`() async throws {
    await expect(
      "debug on", 77, err: "error: there are no debug lines\n  toa.ko is not loaded\n  -> toa load\n  -> toa status\n")
    try await host.install()
    await expect("debug status", out: "debug lines are off: 2 call sites\n")
    await expect("debug off", err: "The debug lines of toa.ko are off already; nothing to do.\n")
    await expect("debug on --dry-run", err: "  # echo 'module toa +p' > /proc/dynamic_debug/control\n")
    #expect(await !Screen.of("status", on: host).out.contains("debug"))
    host.write("/proc/dynamic_debug/control", FakeHost.callSites("=p"))
    let how = "  read:  dmesg -w, or journalctl -k -f\n  stop:  toa debug off\n"
    await expect("debug status", out: "debug lines are on: 2 of 2 call sites\n", err: how)
    await expect("debug on", err: "The debug lines of toa.ko are on already; nothing to do.\n" + how)
    #expect(await Screen.of("status", on: host).out.contains("\n  debug lines  on; next: toa debug off\n"))
  }

  @Test func `table shows who is behind the connections`() async throws {
    await expect(
      "table", 77,
      err: """
        error: there are no connections at /proc/net/toa_table
          no TOA is loaded that shows them
          -> toa load
          -> toa status

        """)
    try await host.install()
    await expect(
      "table",
      out: """
        client              balancer         local          option
        203.0.113.7:5555    10.0.0.2:40001   10.0.0.1:443   254/8
        198.51.100.9:61000  [fd00::2]:40002  [fd00::1]:443  200/8

        """)
    await expect(
      "table --limit 1",
      out: """
        client            balancer        local         option
        203.0.113.7:5555  10.0.0.2:40001  10.0.0.1:443  254/8

        """, err: "1 of 2 connections; without --limit all are shown.\n")
    host.write(ClientConnection.modulePath, "client balancer local option netns\n")
    await expect("table", err: "No connection has a client address now.\n")
    host.write(ClientConnection.modulePath, "sip dip\n")
    await expect(
      "table", 13,
      err: """
        error: /proc/net/toa_table has a layout that this toa does not know
          another TOA module shows it, or another version of this one; it says: sip dip
          -> toa status
          -> toa doctor --only MOD

        """)
  }

  @Test func `selftest shows expected and seen addresses of each case`() async throws {
    try await host.install()
    await expect(
      "selftest",
      out: """
        case           expected           accept             getpeername        result
        v4-option-254  198.51.100.7:4242  198.51.100.7:4242  198.51.100.7:4242  ok
        v4-no-option   10.0.0.2:40000     10.0.0.2:40000     10.0.0.2:40000     ok

        2 cases passed, in 12 ms

        """)
    host[\.selfTestPasses] = false
    await expect(
      "selftest", 15,
      out: """
        case           expected           accept          getpeername     result
        v4-option-254  198.51.100.7:4242  10.0.0.2:40000  10.0.0.2:40000  failed
        v4-no-option   10.0.0.2:40000     10.0.0.2:40000  10.0.0.2:40000  ok

        1 of 2 cases failed; next: toa doctor

        """)
  }

  @Test func `uninstall prints what it would type, types it, and then has nothing to do`() async throws {
    try await host.install()
    await expect("uninstall --dry-run", out: Self.removal.map { "# \($0)\n" }.joined())
    await expect(
      "uninstall -y",
      err: Self.removal.map { "  # \($0)\n" }.joined() + "toa is removed; nothing of it is left.\n")
    await expect("uninstall -y", err: "toa is not installed; nothing to remove.\n")
  }

  @Test func `-q prints nothing but errors`() async {
    for arguments in ["install -y -q", "install -y -q", "load -q", "unload -q", "uninstall -y -q", "uninstall -y -q"] {
      await expect(arguments)
    }
    await expect(
      "load -q", 14,
      err: """
        error: cannot load toa.ko
          there is no toa.ko for kernel 6.1.0-56-cloud-amd64, or it needs a symbol this
          kernel lacks
          -> toa install
          -> dmesg | grep toa

        """)
  }
}
