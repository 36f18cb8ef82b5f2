// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing

@testable import ToaKit

/// Checks of headers that are there and of builds that were.
@Suite struct DoctorHeadersTests {
  @Test(arguments: configuration + following + available + builds) func `a check of headers and builds finds`(
    _ situation: Situation
  ) async throws {
    try await situation.verify()
  }

  private static let release = DoctorHost.release
  private static let tree = DoctorHost.headers
  private static let missing: [String: String?] = ["\(DoctorHost.modules)/build": nil]
  private static let other: [String: String?] = [
    "\(tree)/include/generated/utsrelease.h": "#define UTS_RELEASE \"6.1.0-1-cloud-amd64\"\n"
  ]
  private static let realTime: [String: String?] = [
    "\(tree)/include/config/auto.conf": DoctorHost.options + "CONFIG_PREEMPT_RT=y\n"
  ]
  private static let again = "apt-get install --reinstall linux-headers-\(release)"

  static let configuration: [Situation] = [
    Situation("HDR05", .ok, "the kernel's own"),
    Situation("HDR05", .error, "those of a real-time kernel", says: "PREEMPT_RT", fix: again, .bare, realTime),
    Situation("HDR05", .warning, "the same with a module", .loaded, realTime),
    Situation(
      "HDR05", .ok, "another compiler, which is CC01's", .bare,
      [
        "\(tree)/include/config/auto.conf": DoctorHost.options.replacing(
          "gcc-12 (Debian 12.2.0-14) 12.2.0", with: "gcc-12")
      ]),
    Situation("HDR05", .skipped, "no configuration in the headers", .bare, ["\(tree)/include/config/auto.conf": nil]),
    Situation("HDR05", .skipped, "nothing to compare with", .bare, [DoctorHost.config: nil]),
    Situation("HDR05", .skipped, "headers of another kernel", says: "HDR03", .bare, other),
    Situation("HDR05", .skipped, "no headers", says: "HDR01", .bare, missing),
    Situation(
      "HDR03", .error, "wrong headers of an installed package", fix: again, .bare,
      other.merging([
        "/var/lib/dpkg/status": DoctorHost.package("linux-headers-\(release)", "6.1.192-1")
      ]) { $1 }),
  ]

  private static let image = DoctorHost.package("linux-image-cloud-amd64", "6.1.192-1")
  private static let both = image + DoctorHost.package("linux-headers-cloud-amd64", "6.1.192-1")
  static let following: [Situation] = [
    Situation("HDR07", .ok, "no meta-package"),
    Situation("HDR07", .ok, "both", .bare, ["/var/lib/dpkg/status": both]),
    Situation(
      "HDR07", .info, "one, and nothing builds", fix: "linux-headers-cloud-amd64", .bare,
      ["/var/lib/dpkg/status": image]),
    Situation(
      "HDR07", .warning, "one, and hooks that build", says: "without their headers",
      fix: "apt-get install linux-headers-cloud-amd64", .loaded,
      ["/var/lib/dpkg/status": image, "/usr/lib/toa/toa": ""]),
    Situation("HDR07", .ok, "a system of rpm", says: "as the kernel", .bare, rocky, unowned),
    Situation(
      "HDR07", .skipped, "a system of rpm without headers", says: "HDR01", .bare, rocky.merging(missing) { $1 }, unowned
    ),
  ]
  private static let unowned: @Sendable (inout DoctorHost) -> Void = { host in
    let database = RpmDatabase(root: host.tree.root, using: host.system.run)
    for path in ["/boot/vmlinuz-\(release)", DoctorHost.modules] {
      host.answers[database.ownerCommand(path).typed] = CommandResult(status: 1)
    }
  }
  private static let rocky: [String: String?] = [
    "/etc/os-release": "ID=rocky\nID_LIKE=\"rhel fedora\"\nVERSION_ID=9.3\n", "/usr/bin/dnf": "",
  ]

  private static func policy(_ answer: String, status: Int32 = 0) -> @Sendable (inout DoctorHost) -> Void {
    { host in
      host.programs["apt-cache"] = "/usr/bin/apt-cache"
      host.answers["apt-cache policy linux-headers-\(release)"] = CommandResult(status: status, output: answer)
    }
  }
  static let available: [Situation] = [
    Situation("HDR08", .ok, "headers that are here", says: "here"),
    Situation("HDR08", .skipped, "no apt-cache", .bare, missing),
    Situation(
      "HDR08", .ok, "headers in the repository", says: "have them", .bare, missing,
      policy("linux-headers-\(release):\n  Installed: (none)\n  Candidate: 6.1.192-1\n")),
    Situation(
      "HDR08", .info, "headers that are gone", says: "have no linux-headers", fix: "--offline", .bare, missing,
      policy("linux-headers-\(release):\n  Installed: (none)\n  Candidate: (none)\n")),
    Situation("HDR08", .skipped, "a broken apt", says: "no answer", .bare, missing, policy("", status: 100)),
    Situation("HDR08", .skipped, "a container", says: "ENV04", .bare, ["/.dockerenv": ""]),
  ]

  private static let log = "/var/log/toa/build-\(release).log"
  private static func failed(_ text: String) -> [String: String?] {
    [log: "make -C \(tree)\n\(text)\nmake: *** Error 2\n"]
  }
  static let builds: [Situation] = [
    Situation("CC05", .ok, "no log", says: "none"),
    Situation("CC05", .ok, "a build that went well", says: "well", .bare, [log: "  CC [M]  toa.o\n  LD [M]  toa.ko\n"]),
    Situation(
      "CC05", .warning, "a flag of a newer gcc", says: "does not know a flag", fix: "CC03", .bare,
      failed("gcc-11: error: unrecognized command-line option '-ftrivial-auto-var-init=zero'")),
    Situation(
      "CC05", .warning, "a plugin, with a module", says: "plugin", fix: "CC04", .loaded,
      failed("cc1: error: incompatible gcc/plugin versions")),
    Situation(
      "CC05", .warning, "a full disk", says: "disk was full", fix: "df -h", .bare,
      failed("cc1: fatal error: No space left on device")),
    Situation(
      "CC05", .warning, "an error that nobody knows", says: "does not know", fix: "less", .bare,
      failed("toa.c:1: error: odd")),
    Situation("CC05", .skipped, "a kernel without modules", .bare, [:]) {
      $0.system = $0.system.with(moduleLoading: ENOSYS)
    },
    Situation(
      "CC05", .ok, "a program that is missed and not needed", says: "well", .bare,
      [log: "  CC [M]  toa.o\n/bin/sh: 1: pahole: not found\n  LD [M]  toa.ko\n"]),
    Situation("CC06", .ok, "a kernel that asks for none"),
    Situation("CC06", .warning, "a module without", fix: "toa install", .loaded, retpoline),
    Situation("CC06", .ok, "a module with", .loaded, retpoline) { $0.information["retpoline"] = "Y" },
    Situation("CC06", .skipped, "no module", says: "MOD01", .bare, retpoline),
    Situation(
      "CC06", .skipped, "no configuration", .loaded,
      [DoctorHost.config: nil, "\(tree)/include/config/auto.conf": nil]),
    Situation("CC06", .skipped, "a file that cannot be read", says: "MOD04", .loaded, retpoline) {
      $0.files = ["toa \(release)": "/elsewhere/toa.ko"]
    },
  ]
  private static let retpoline: [String: String?] = [DoctorHost.config: DoctorHost.options + "CONFIG_RETPOLINE=y\n"]
}
