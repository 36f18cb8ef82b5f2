// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

struct MountTableTests {
  private static let hybrid = """
    23 1 254:0 / / rw,relatime - ext4 /dev/root rw
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 master:1 - cgroup cgroup rw,cpu
    41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
    42 23 0:39 / /mnt/with\\040blank\\134 rw - bpf bpf rw,mode=700
    """

  @Test func `the hierarchy is found where a hybrid system has it`() {
    let table = MountTable(parsing: Self.hybrid)
    #expect(table.cgroup2?.point == "/sys/fs/cgroup/unified")
    #expect(table.mount(holding: "/sys/fs/cgroup/unified/a/b")?.type == "cgroup2")
    #expect(table.mount(holding: "/sys/fs/cgroup/unified2")?.type == "tmpfs")
    #expect(table.mount(holding: "/etc")?.type == "ext4")
  }

  @Test func `blanks and backslashes in a path are read`() {
    #expect(MountTable(parsing: Self.hybrid).mount(at: "/mnt/with blank\\")?.type == "bpf")
  }

  @Test func `systemd's place comes first, and a part of the hierarchy is not all of it`() {
    let text = """
      50 1 0:38 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw
      51 1 0:38 / /run/other rw - cgroup2 cgroup2 rw
      """
    #expect(MountTable(parsing: text).cgroup2?.point == "/run/other")
    let whole = text + "\n52 1 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
    #expect(MountTable(parsing: whole).cgroup2?.point == "/sys/fs/cgroup")
  }

  @Test func `a mount hides what was at its point and below`() {
    let table = MountTable(parsing: Self.hybrid + "\n60 31 0:50 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n")
    #expect(table.cgroup2 == nil)
    #expect(table.mount(holding: "/sys/fs/cgroup/unified")?.id == 60)
  }

  @Test func `a mount on a folder above, on the same parent, hides the older one`() {
    let text = "23 1 254:0 / / rw - ext4 r rw\n41 23 0:38 / /a/b rw - cgroup2 c rw\n"
    #expect(MountTable(parsing: text).cgroup2?.point == "/a/b")
    #expect(MountTable(parsing: text + "60 23 0:50 / /a rw - tmpfs t rw\n").cgroup2 == nil)
  }

  @Test func `a root that was mounted last hides nothing of what was moved onto it`() {
    let text =
      "22 75 0:21 / /proc rw - proc proc rw\n29 75 0:25 / /sys/fs/cgroup rw - cgroup2 c rw\n75 1 8:1 / / rw - xfs r rw\n"
    #expect(MountTable(parsing: text).cgroup2?.point == "/sys/fs/cgroup")
    #expect(MountTable(parsing: text + "1 1 0:2 / / rw - rootfs rootfs rw\n").cgroup2?.point == "/sys/fs/cgroup")
  }

  @Test func `mounts that are each other's parents end`() {
    let text = "1 2 0:1 / /a rw - cgroup2 c rw\n2 1 0:2 / /b rw - bpf b rw\n"
    #expect(MountTable(parsing: text).cgroup2 == nil)
  }

  @Test(arguments: ["", "x", "1 2 3 4 5 6 7 8 9", "1 2 3 / /a rw -", "1 2 3 / /a rw shared:1 - "])
  func `lines of another shape are passed over`(text: String) {
    #expect(MountTable(parsing: text).mounts == [])
  }

  @Test func `the cgroup of a process is the line without controllers`() {
    #expect(
      ProcessCgroup.parse("9:name=systemd:/\n4:memory:/m\n0::/system.slice/x.service\n") == "/system.slice/x.service")
    #expect(ProcessCgroup.parse("0::/\n") == "/")
    #expect(ProcessCgroup.parse("4:memory:/m\n") == nil)
  }
}
