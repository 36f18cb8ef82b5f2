// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing

@testable import ToaKit

/// What doctor says of kernels to come and of the next boot.
struct DoctorUpdateTests {
  static let next = "6.1.0-57-cloud-amd64"
  private static let two: [String: String?] = ["/lib/modules/\(next)/modules.dep": "", "/boot/vmlinuz-\(next)": ""]
  private static let covered: [String: String?] = [
    "/lib/modules/\(next)/modules.dep": "updates/toa.ko:\n", "/boot/vmlinuz-\(next)": "",
    "/lib/modules/\(next)/updates/toa.ko": "",
  ]
  private static let hooks: [String: String?] = [
    "/usr/lib/toa/toa": "", "/etc/kernel/postinst.d/toa": "", "/etc/kernel/header_postinst.d/toa": "",
    "/etc/kernel/prerm.d/toa": "",
  ]
  private static let dkms: [String: String?] = ["/var/lib/dkms/toa/0.1.0/source/main.c": ""]

  private static func executable(_ host: inout DoctorHost) {
    for path in hooks.keys { try? host.tree.root.write(path, [], mode: 0o755) }
  }

  private static func hasFile(for builtFor: String) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      let path = "/lib/modules/\(next)/updates/toa.ko"
      host.files["toa \(next)"] = path
      host.moreInformation[path] = ["vermagic": "\(builtFor) SMP mod_unload", "version": "0.1.0"]
    }
  }

  private static func says(_ status: String) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      host.programs["dkms"] = "/usr/sbin/dkms"
      host.answers["dkms status -m toa"] = DoctorHost.says(status)
    }
  }

  private static let image = "/boot/initrd.img-\(DoctorHost.release)"

  /// The files of the initramfs, of root and behind the size; with nil it cannot be listed.
  private static func lists(_ files: [String]?, made: Int? = nil) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      host.programs["lsinitramfs"] = "/usr/bin/lsinitramfs"
      guard let place = host.tree.root.locate(image) else { return }
      let head = "drwxr-xr-x   1 root     root            0 Nov 21 12:00 usr/lib/modules\n"
      let lines = files.map { head + $0.map { "-rw-r--r--   1 root     root  \($0)\n" }.joined() }
      host.answers["lsinitramfs -l \(place)"] = lines.map(DoctorHost.says) ?? CommandResult(status: 1)
      guard let made else { return }
      let time = timespec(tv_sec: made, tv_nsec: 0)
      utimensat(AT_FDCWD, place, [time, time], 0)
    }
  }

  static let situations: [Situation] = [
    Situation("PER08", .ok, "the running kernel starts again", says: DoctorHost.release),
    Situation("PER08", .skipped, "toa for none", .bare),
    Situation(
      "PER08", .warning, "a newer kernel without toa", says: next, fix: "toa install --kernel \(next)", .loaded, two),
    Situation("PER08", .ok, "a newer kernel with toa", says: next, .loaded, covered, hasFile(for: next)),
    Situation(
      "PER08", .warning, "a toa.ko of another kernel", says: "built for \(DoctorHost.release)", .loaded, covered,
      hasFile(for: DoctorHost.release)),
    Situation(
      "PER08", .ok, "GRUB was told to start the old one", says: DoctorHost.release, .loaded,
      two.merging(["/boot/grub/grub.cfg": "set default=\"gnulinux-\(DoctorHost.release)-advanced\"\n"]) { $1 }),
    Situation(
      "PER08", .warning, "a hook that failed", says: "no compiler", fix: "apt-get install gcc-12", .loaded,
      two.merging([
        "/var/lib/toa/kernels/\(next).json": """
        {"schema":"toa.kernel/1","kernel":"\(next)","state":"failed","why":"no compiler that matches","next":["apt-get install gcc-12"],
        "version":"0.1.0","time":1}
        """
      ]) { $1 }),
    Situation("PER08", .skipped, "a container", says: "ENV04", .loaded, ["/.dockerenv": ""]),
    Situation("PER06", .info, "nothing builds", fix: "--kernel-updates auto"),
    Situation("PER06", .skipped, "toa for none", .bare),
    Situation("PER06", .ok, "hooks", says: "hooks", .loaded, hooks, executable),
    Situation(
      "PER06", .warning, "hooks that may not be executed", says: "passed over", fix: "chmod 755", .loaded, hooks),
    Situation(
      "PER06", .warning, "a hook that is gone", says: "/etc/kernel/header_postinst.d/toa is missing",
      fix: "toa install",
      .loaded, hooks.merging(["/etc/kernel/header_postinst.d/toa": nil]) { $1 }),
    Situation("PER06", .ok, "DKMS", says: "PER07", .loaded, dkms),
    Situation("PER06", .warning, "both", says: "both", .loaded, hooks.merging(dkms) { $1 }),
    Situation("PER06", .skipped, "a container", says: "ENV04", .loaded, ["/.dockerenv": ""]),
    Situation("PER05", .ok, "no initramfs", says: "has none"),
    Situation("PER05", .skipped, "toa for none", .bare),
    Situation("PER05", .skipped, "no program that looks into it", says: "lsinitrd", .loaded, [image: ""]),
    Situation("PER05", .skipped, "an image that is none", says: "cannot be read", .loaded, [image: ""], lists(nil)),
    Situation("PER05", .ok, "an initramfs without toa", says: "has no toa.ko", .loaded, [image: ""], lists([])),
    Situation(
      "PER05", .warning, "another toa.ko", says: "another toa.ko", fix: "update-initramfs -u -k \(DoctorHost.release)",
      .loaded, [image: ""], lists(["4096 Nov 21 12:00 usr\(DoctorHost.module)"])),
    Situation(
      "PER05", .ok, "the same toa.ko", says: "has the installed", .loaded, [image: "", DoctorHost.module: "12345"],
      lists(["5 Nov 21 12:00 usr\(DoctorHost.module)"], made: 4_000_000_000)),
    Situation(
      "PER05", .info, "an image from before", says: "older", fix: "update-initramfs", .loaded,
      [image: "", DoctorHost.module: "12345"],
      lists(["5 Nov 21 12:00 usr\(DoctorHost.module)"], made: 1_000_000_000)),
    Situation("PER07", .ok, "no DKMS", says: "not used"),
    Situation("PER07", .warning, "DKMS that was removed", fix: "dkms", .loaded, dkms),
    Situation(
      "PER07", .ok, "installed", says: "toa/0.1.0", .loaded, dkms,
      says("toa/0.1.0, \(DoctorHost.release), x86_64: installed\n")),
    Situation(
      "PER07", .warning, "only built", says: DoctorHost.release, fix: "dkms install toa/0.1.0 -k \(DoctorHost.release)",
      .loaded, dkms, says("toa/0.1.0, \(DoctorHost.release), x86_64: built\n")),
    Situation("PER07", .warning, "only added", .loaded, dkms, says("toa/0.1.0: added\n")),
    Situation(
      "PER07", .warning, "two versions", says: "0.0.9 and 0.1.0", fix: "dkms remove toa/0.0.9 --all", .loaded, dkms,
      says("toa/0.0.9, \(DoctorHost.release), x86_64: built\ntoa/0.1.0, \(DoctorHost.release), x86_64: installed\n")),
    Situation(
      "PER07", .warning, "a file that was replaced", says: "Differences", fix: "--force", .loaded, dkms,
      says(
        "toa/0.1.0, \(DoctorHost.release), x86_64: installed (Differences between built and installed modules)\n")),
    Situation("PER07", .skipped, "dkms that says nothing", .loaded, dkms, says("")),
    Situation("PER07", .skipped, "a container", says: "ENV04", .loaded, ["/.dockerenv": ""]),
  ]

  @Test(arguments: situations) func `doctor finds`(_ situation: Situation) async throws { try await situation.verify() }

  @Test func `modules are found in what lsinitramfs and lsinitrd list`() {
    let listing = """
      Image: /boot/initramfs-5.14.0-1.el9.x86_64.img: 30M
      dracut modules:
      -rw-r--r--   1 root     root        50872 Jan  1  1970 usr/lib/modules/5.14.0-1.el9.x86_64/extra/toa/toa.ko.xz
      -rw-r--r--   1 root     root           10 Jan  1  1970 usr/lib/modules/5.14.0-1.el9.x86_64/kernel/uoa.ko
      lrwxrwxrwx   1 root     root            7 Jan  1  1970 toa.ko -> other
      -rw-r--r--   1 root     root         x872 Jan  1  1970 usr/lib/toa.ko
      """
    #expect(
      Initramfs.modules("toa", inListing: listing) == [
        Initramfs.Module(path: "/usr/lib/modules/5.14.0-1.el9.x86_64/extra/toa/toa.ko.xz", size: 50872)
      ])
  }

  @Test func `what DKMS says is read as its versions 2 and 3 write it`() {
    let installed = Dkms.State(version: "0.1.0", kernel: "6.1.0-56-amd64", state: "installed")
    #expect(Dkms.states("toa/0.1.0, 6.1.0-56-amd64, x86_64: installed\n") == [installed])
    #expect(Dkms.states("toa, 0.1.0, 6.1.0-56-amd64, x86_64: installed\n") == [installed])
    #expect(Dkms.states("toa/0.1.0: added\nother/1, 6.1, x86_64: installed\nError! x\n").map(\.state) == ["added"])
    #expect(
      Dkms.states("toa/0.1.0, 5.14.0-1.el9, x86_64: installed-weak from 5.14.0-0.el9\n").map(\.isInstalled) == [false])
  }
}
