// SPDX-License-Identifier: Apache-2.0
import Host
import Packaging
import Testing

/// Packages made by the real dpkg-deb.
struct DebPlanTests {
  static func module(
    _ bytes: [UInt8], kernel: String = Workshop.kernel, compression: ModuleCompression = .none
  ) throws -> DebPackage {
    try ModulePackage(
      kernel: kernel, version: "0.1.0", architecture: "all", sourceSha256: ToaPackagesTests.hash,
      compiler: "gcc 12.2.0", module: bytes, compression: compression
    ).deb()
  }

  @Test func `the plan names every file and the two commands`() throws {
    let plan = try DebPlan(CommonPackage(version: "0.1.0").deb(), folder: "/b", outputFolder: "/o", time: 7)
    #expect(
      plan.files.map(\.path) == [
        "/b/DEBIAN/control", "/b/DEBIAN/md5sums", "/b/usr/lib/modules-load.d/toa.conf",
        "/b/usr/share/doc/toa-modules-common/copyright", "/b/usr/share/doc/toa-modules-common/changelog.Debian.gz",
      ])
    #expect(plan.output == "/o/toa-modules-common_0.1.0-1_all.deb")
    #expect(
      plan.commands.map(\.typedWithVariables) == [
        "chmod -R u=rwX,go=rX /b",
        "LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=7 dpkg-deb --root-owner-group -Zxz --build /b "
          + "/o/toa-modules-common_0.1.0-1_all.deb",
      ])
  }

  @Test func `dpkg before 1_19 is not asked for an option that it does not know`() throws {
    let package = try CommonPackage(version: "0.1.0").deb()
    let plan = try DebPlan(package, folder: "/b", outputFolder: "/o", time: 7, rootOwner: false)
    #expect(plan.commands.last?.arguments.first == "-Zxz")
  }

  @Test func `modes and owners in the archive do not depend on who made it`() throws {
    let workshop = try Workshop()
    let deb = try workshop.make(Self.module(workshop.objectFile()))
    let listing = try workshop.output("dpkg-deb --contents \(deb) | awk '{ print $1, $2, $6 }'")
    #expect(
      listing == """
        drwxr-xr-x root/root ./
        drwxr-xr-x root/root ./lib/
        drwxr-xr-x root/root ./lib/modules/
        drwxr-xr-x root/root ./lib/modules/9.9.9-test/
        drwxr-xr-x root/root ./lib/modules/9.9.9-test/updates/
        -rw-r--r-- root/root ./lib/modules/9.9.9-test/updates/toa.ko
        drwxr-xr-x root/root ./usr/
        drwxr-xr-x root/root ./usr/share/
        drwxr-xr-x root/root ./usr/share/doc/
        drwxr-xr-x root/root ./usr/share/doc/toa-modules-9.9.9-test/
        -rw-r--r-- root/root ./usr/share/doc/toa-modules-9.9.9-test/changelog.Debian.gz
        -rw-r--r-- root/root ./usr/share/doc/toa-modules-9.9.9-test/copyright

        """)
    let field = try workshop.output("dpkg-deb --field \(deb) Toa-Source-Sha256")
    #expect(field == ToaPackagesTests.hash + "\n")
  }

  @Test func `the same package made twice is the same file`() throws {
    let workshop = try Workshop()
    let first = try workshop.make(Self.module(workshop.objectFile()))
    try shell("mv \(first) \(workshop.folder)/first.deb; sleep 1.1")
    let second = try workshop.make(Self.module(workshop.objectFile()), name: "again")
    try shell("cmp \(workshop.folder)/first.deb \(second)")
  }

  @Test(arguments: [
    (Int64(0), "Thu, 01 Jan 1970"), (951_782_400, "Tue, 29 Feb 2000"), (1_795_219_200, "Sat, 21 Nov 2026"),
    (4_107_542_400, "Mon, 01 Mar 2100"),
  ])
  func `the changelog is gzip, with the day of the release`(time: Int64, day: String) throws {
    let workshop = try Workshop()
    let deb = try workshop.make(CommonPackage(version: "0.1.0").deb(), time: time)
    let path = "./usr/share/doc/toa-modules-common/changelog.Debian.gz"
    #expect(
      try workshop.output("dpkg-deb --fsys-tarfile \(deb) | tar xO \(path) | gzip -dc") == """
        toa-modules-common (0.1.0-1) unstable; urgency=medium

          * Made by toa.

         -- toa <toa@example.org>  \(day) 00:00:00 +0000

        """)
  }

  @Test func `scripts are plain shell`() throws {
    let workshop = try Workshop()
    let deb = try workshop.make(Self.module(workshop.objectFile()))
    try shell(
      """
      dpkg-deb --control \(deb) \(workshop.folder)/meta
      for s in postinst postrm; do test -x \(workshop.folder)/meta/$s; sh -n \(workshop.folder)/meta/$s; done
      """)
  }
}
