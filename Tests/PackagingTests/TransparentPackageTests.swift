// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Packaging
import Testing

struct TransparentPackageTests {
  static let removal = ["ip rule del pref 862 iif 'a$(b)'", "nft delete table inet toa_tproxy"]
  static let package = TransparentPackage(
    version: "0.1.0", architecture: "all", settings: "{}\n", depends: ["nftables", "iproute2"], removal: removal,
    program: Array("#!/bin/sh\nexit 0\n".utf8))
  static let firewalls = [
    "nftables.service", "iptables.service", "ip6tables.service", "netfilter-persistent.service", "firewalld.service",
  ]
  static let links =
    [TransparentPackage.wanted]
    + firewalls.map { "/usr/lib/systemd/system/\($0).wants/toa-tproxy-reload.service" }
  static let helper = "/usr/lib/systemd/system/toa-tproxy-reload.service"

  @Test func `the package needs what it runs, and the boot and firewalls want its units`() throws {
    let deb = try Self.package.deb()
    #expect(deb.fileName == "toa-tproxy_0.1.0-1_all.deb")
    let control = try deb.control.text(installedSize: 9)
    for line in ["Depends: nftables, iproute2", "Section: net"] { #expect(control.contains(line + "\n"), "\(line)") }
    #expect(
      deb.files.map(\.path) == [
        "/usr/lib/toa-tproxy/toa", "/usr/lib/toa-tproxy/tproxy.json", TransparentPackage.unit, Self.links[0],
        Self.helper,
      ] + Self.links.dropFirst() + ["/usr/share/doc/toa-tproxy/copyright"])
    #expect(deb.files[0].mode == 0o755 && deb.files[3].link == "../toa-tproxy.service")
    #expect(deb.files[5...9].allSatisfy { $0.link == "../toa-tproxy-reload.service" })
    #expect(!deb.scripts.values.contains { $0.contains("@") })
  }

  @Test func `an rpm owns the folders of its links, but not those of systemd`() throws {
    let spec = try RpmPackage(Self.package.package(.rpm)).spec(time: 7)
    let folders = spec.split(separator: "\n").filter { $0.hasPrefix("%dir ") }
    let own = ["/usr/lib/toa-tproxy"] + Self.firewalls.map { "/usr/lib/systemd/system/\($0).wants" }
    #expect(folders == own.map { "%dir %attr(0755,root,root) \"\($0)\"" })
    for line in ["Requires: nftables", "Requires: iproute2"] { #expect(spec.contains("\n\(line)\n"), "\(line)") }
    for name in ["%post", "%preun", "%postun"] { #expect(spec.contains("\n\(name)\n")) }
    let workshop = try Workshop()
    let rpm = try workshop.make(RpmPackage(Self.package.package(.rpm)))
    let listed = try workshop.output("rpm --query --package --list \(rpm)").split(separator: "\n").map(String.init)
    for path in Self.links { #expect(listed.contains(path)) }
  }

  @Test func `installed, its links lead to its unit; purged, nothing is left`() throws {
    let workshop = try Workshop()
    let before = try workshop.snapshot()
    let deb = try workshop.make(Self.package.deb())
    #expect(workshop.dpkg("--install \(deb)"))
    for link in Self.links {
      let unit = link == Self.links[0] ? TransparentPackage.unit : Self.helper
      try shell("cmp \(workshop.root)\(unit) \(workshop.root)\(link)")
    }
    try shell("test -x \(workshop.root)\(TransparentPackage.program)")
    #expect(workshop.dpkg("--verify toa-tproxy"))
    #expect(workshop.dpkg("--purge toa-tproxy"))
    #expect(try workshop.snapshot() == before)
  }

  /// What a script of the package says when it is called with `argument` and the program ends with `status`.
  private func said(_ format: PackageFormat, _ script: String, _ argument: String, status: Int) throws -> String {
    let workshop = try Workshop()
    let text = try #require(Self.package.package(format).scripts[script])
      .replacing(TransparentPackage.program, with: "sh \(workshop.folder)/program")
    try FileRoot().write(workshop.folder + "/program", Array("echo toa \"$@\"\nexit \(status)\n".utf8))
    try FileRoot().write(workshop.folder + "/script", Array(text.utf8))
    // A systemctl of this machine shall not be asked.
    try FileRoot().makeDirectory(workshop.folder + "/bin", mode: 0o755)
    try FileRoot().write(workshop.folder + "/bin/systemctl", Array("#!/bin/sh\n".utf8), mode: 0o755)
    return try workshop.output("PATH=\(workshop.folder)/bin:$PATH sh \(workshop.folder)/script \(argument) 2>&1")
  }

  @Test(arguments: [PackageFormat.deb, .rpm])
  func `removed by hand, the rules go; where they do not, it is said what takes them away`(format: PackageFormat) throws
  {
    let (script, removed, upgraded) = format == .deb ? ("prerm", "remove", "upgrade") : ("preun", "0", "1")
    #expect(try said(format, script, removed, status: 0) == "toa tproxy release --quiet\n")
    #expect(
      try said(format, script, removed, status: 1) == """
        toa tproxy release --quiet
        toa-tproxy: the rules stay until the next boot, or: \(Self.removal.joined(separator: "; "))

        """)
    #expect(try said(format, script, upgraded, status: 0) == "")
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

  @Test func `systemd has nothing to say against the units, which follow whoever empties the packet filter`() throws {
    let workshop = try Workshop()
    let files = try Self.package.deb().files
    let unit = try #require(files.first { $0.path == TransparentPackage.unit })
    let helper = try #require(files.first { $0.path == Self.helper })
    let text = String(decoding: unit.bytes, as: UTF8.self)
    for (setting, verb) in [("ExecStart", "restore"), ("ExecReload", "restore"), ("ExecStop", "release")] {
      #expect(text.contains("\n\(setting)=\(TransparentPackage.program) tproxy \(verb) --quiet\n"))
    }
    let firewalls = Self.firewalls.joined(separator: " ")
    for setting in ["After", "ReloadPropagatedFrom"] { #expect(text.contains("\n\(setting)=\(firewalls)\n")) }
    #expect(String(decoding: helper.bytes, as: UTF8.self).contains("\nAfter=\(firewalls)\n"))
    for unit in [unit, helper] { #expect(try workshop.complaints(about: unit, TransparentPackage.program) == "") }
  }
}
