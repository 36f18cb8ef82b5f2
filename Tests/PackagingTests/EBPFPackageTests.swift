// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Packaging
import Testing

struct EBPFPackageTests {
  /// A program that takes part in what the package's scripts do.
  static let package = EBPFPackage(
    version: "0.1.0", architecture: "all", object: "0123456789abcdef0123456789abcdef", trusted: "10.0.0.0/8",
    profile: "dpvs,-4096", settings: "{}\n", depends: ["libc6", "libkmod2"], program: Array("#!/bin/sh\nexit 0\n".utf8))

  @Test func `the package tells what it was made from and what it needs`() throws {
    let deb = try Self.package.deb()
    #expect(deb.fileName == "toa-ebpf_0.1.0-1_all.deb")
    let control = try deb.control.text(installedSize: 9)
    for line in [
      "Depends: libc6, libkmod2", "Section: net", "Toa-Object: 0123456789abcdef0123456789abcdef",
      "Toa-Trusted: 10.0.0.0/8", "Toa-Profile: dpvs,-4096",
    ] { #expect(control.contains(line + "\n"), "\(line)") }
    #expect(
      deb.files.map(\.path) == [
        EBPFPackage.program, EBPFPackage.settings, EBPFPackage.unit, EBPFPackage.wanted,
        "/usr/share/doc/toa-ebpf/copyright",
      ])
    #expect(deb.files[0].mode == 0o755 && deb.files[3].link == "../toa-ebpf.service")
    #expect(!deb.scripts.values.contains { $0.contains("@") })
  }

  @Test func `a list that a settings file could not hold is refused`() {
    var package = Self.package
    package.trusted = "any\nx"
    #expect(throws: PackagingError.self) { try package.deb() }
    package.trusted = nil
    package.profile = "dpvs\nx"
    #expect(throws: PackagingError.self) { try package.deb() }
  }

  @Test func `the plan compresses cheaply and leaves links out of the sums`() throws {
    let plan = try DebPlan(Self.package.deb(), folder: "/b", outputFolder: "/o", time: 7)
    #expect(
      plan.commands.last?.typed == "dpkg-deb --root-owner-group -Zgzip -z1 --build /b /o/toa-ebpf_0.1.0-1_all.deb")
    let sums = try #require(plan.files.first { $0.path == "/b/DEBIAN/md5sums" })
    #expect(!String(decoding: sums.bytes, as: UTF8.self).contains("sysinit.target.wants"))
    #expect(plan.files.contains { $0.path == "/b" + EBPFPackage.wanted && $0.link == "../toa-ebpf.service" })
  }

  @Test func `installed, its link leads to its unit; purged, nothing is left`() throws {
    let workshop = try Workshop()
    let before = try workshop.snapshot()
    let deb = try workshop.make(Self.package.deb())
    #expect(workshop.dpkg("--install \(deb)"))
    try shell("cmp \(workshop.root)\(EBPFPackage.unit) \(workshop.root)\(EBPFPackage.wanted)")
    try shell("test -x \(workshop.root)\(EBPFPackage.program)")
    #expect(workshop.dpkg("--verify toa-ebpf"))
    #expect(workshop.dpkg("--purge toa-ebpf"))
    #expect(try workshop.snapshot() == before)
  }

  @Test func `scripts are plain shell`() throws {
    let workshop = try Workshop()
    let deb = try workshop.make(Self.package.deb())
    try shell(
      """
      dpkg-deb --control \(deb) \(workshop.folder)/meta
      for s in postinst prerm postrm; do test -x \(workshop.folder)/meta/$s; sh -n \(workshop.folder)/meta/$s; done
      """)
  }

  @Test func `systemd has nothing to say against the unit`() throws {
    let workshop = try Workshop()
    let unit = try #require(try Self.package.deb().files.first { $0.path == EBPFPackage.unit })
    let text = String(decoding: unit.bytes, as: UTF8.self)
    #expect(text.contains("ExecStart=\(EBPFPackage.program) load --backend ebpf --quiet\n"))
    #expect(try workshop.complaints(about: unit, EBPFPackage.program) == "")
  }
}
