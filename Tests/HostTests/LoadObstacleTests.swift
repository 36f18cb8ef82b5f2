// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct LoadObstacleTests {
  @Test func `modprobe configuration is read with its comments and joined lines`() {
    let lines = ModprobeConfiguration.parse(
      "# blacklist toa\noptions toa \\\n  trusted=10.0.0.0/8\n\nblacklist ip-vs\nalone\n",
      path: "/etc/modprobe.d/a.conf")
    #expect(lines.map(\.command) == ["options", "blacklist"])
    #expect(lines.map(\.rest) == ["trusted=10.0.0.0/8", ""])
    #expect(lines.map(\.module) == ["toa", "ip_vs"])
    #expect(lines.map(\.number) == [3, 5])
  }

  @Test func `a file of etc hides the vendor's of the same name`() throws {
    let folder = try TemporaryFolder([
      "/usr/lib/modprobe.d/toa.conf": "blacklist toa\n", "/etc/modprobe.d/toa.conf": "options toa x=1\n",
      "/etc/modprobe.d/readme.txt": "blacklist toa\n",
    ])
    #expect(ModprobeConfiguration.read(from: folder.root).lines.map(\.command) == ["options"])
    #expect(ModuleBlacklist.detect("toa", in: folder.root).entries.isEmpty)
  }

  @Test func `every way to keep a module out is found, with what it blocks`() throws {
    let folder = try TemporaryFolder([
      "/etc/modprobe.d/local.conf":
        "blacklist toa\ninstall toa /bin/false\ninstall toa /sbin/modprobe --ignore-install toa\n",
      "/proc/cmdline": "ro modprobe.blacklist=a,toa module_blacklist=toa quiet\n",
    ])
    let entries = ModuleBlacklist.detect("toa", in: folder.root).entries
    #expect(
      entries.map(\.place) == [
        "/etc/modprobe.d/local.conf:1", "/etc/modprobe.d/local.conf:2", "/proc/cmdline", "/proc/cmdline",
      ])
    #expect(entries.map(\.blocksExplicitLoad) == [false, true, true, false])
  }

  @Test(arguments: [
    ("insmod /root/toa.ko", true), ("/sbin/insmod /lib/modules/`uname -r`/kernel/net/toa.ko", true),
    ("modprobe toa > /dev/null 2>&1", true), ("@reboot root modprobe -q toa", true),
    ("[ -f x ] && insmod toa.ko.xz", true),
    ("ExecStart=/sbin/modprobe toa", true), ("# insmod /root/toa.ko", false), ("modprobe -r toa", false),
    (": # insmod /root/toa.ko", false), ("modprobe toa # for the balancer", true), ("insmod /root/toast.ko", false),
    ("echo toa", false), ("rmmod toa", false),
  ])
  func `a start-up line that loads the module is told from others`(line: String, isFound: Bool) throws {
    let folder = try TemporaryFolder(["/etc/rc.local": "#!/bin/sh\n\(line)\n"])
    #expect(AutoloadLine.find("toa", in: folder.root).isEmpty == !isFound)
  }

  @Test func `what toa itself has put there is no old start-up line`() throws {
    let path = "/etc/sysconfig/modules/toa.modules"
    let other = try TemporaryFolder([path: "exec /sbin/modprobe toa\n"])
    #expect(AutoloadLine.find("toa", in: other.root).count == 1)
    let own = try TemporaryFolder([path: "#!/bin/sh\n# Written by toa.\nexec /sbin/modprobe toa\n"])
    #expect(AutoloadLine.find("toa", in: own.root) == [])
  }

  @Test func `a file with two names counts once`() throws {
    let folder = try TemporaryFolder(["/etc/rc.d/rc.local": "insmod toa.ko\n"])
    try folder.link("/etc/rc.local", to: "rc.d/rc.local")
    #expect(AutoloadLine.find("toa", in: folder.root).map(\.path) == ["/etc/rc.local"])
  }

  @Test func `the kernel command line is split as the kernel splits it`() {
    let line = KernelCommandLine(parsing: "ro a-b=1 dyndbg=\"file x +p\" a_b=2 flag -- init=no\n")
    #expect(line["a_b"] == "2")
    #expect(line["dyndbg"] == "file x +p")
    #expect(line["flag"] == "")
    #expect(line["init"] == nil)
    #expect(line.isOn("flag"))
    #expect(!KernelCommandLine(parsing: "x=off").isOn("x"))
  }

  @Test func `taint flags have letters`() {
    let taint = KernelTaint(bits: 1 << 12 | 1 << 13 | 1 << 9)
    #expect(taint.flags.map(\.letter) == ["W", "O", "E"])
    #expect(taint.hasGoneWrong)
    #expect(!KernelTaint(bits: 1 << 12).hasGoneWrong)
  }
}
