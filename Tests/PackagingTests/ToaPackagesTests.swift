// SPDX-License-Identifier: Apache-2.0
import Host
import Packaging
import Testing

struct ToaPackagesTests {
  static let hash = String(repeating: "0123456789abcdef", count: 4)
  static let module = ModulePackage(
    kernel: "6.1.0-56-cloud-amd64", version: "0.1.0", architecture: "amd64", sourceSha256: hash,
    compiler: "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0", kernelPackage: "linux-image-6.1.0-56-cloud-amd64",
    module: [1, 2, 3])

  @Test func `the module's package depends on its very kernel and tells what it was made from`() throws {
    let deb = try Self.module.deb()
    #expect(deb.fileName == "toa-modules-6.1.0-56-cloud-amd64_0.1.0-1_amd64.deb")
    #expect(
      try deb.control.text(installedSize: 9) == """
        Package: toa-modules-6.1.0-56-cloud-amd64
        Version: 0.1.0-1
        Architecture: amd64
        Maintainer: toa <toa@example.org>
        Installed-Size: 9
        Depends: linux-image-6.1.0-56-cloud-amd64, toa-modules-common, kmod
        Provides: toa-modules
        Section: kernel
        Priority: optional
        Toa-Kernel: 6.1.0-56-cloud-amd64
        Toa-Source-Sha256: \(Self.hash)
        Toa-Compiler: gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0
        Description: TCP Option Address module for one kernel
         toa.ko gives servers behind a layer-4 load balancer the client's address,
         which the load balancer writes into a TCP option.
         .
         The program toa compiled it for kernel 6.1.0-56-cloud-amd64. "toa uninstall"
         unloads and removes it.

        """)
    #expect(
      deb.files.map(\.path) == [
        "/lib/modules/6.1.0-56-cloud-amd64/updates/toa.ko",
        "/usr/share/doc/toa-modules-6.1.0-56-cloud-amd64/copyright",
      ])
  }

  @Test func `its scripts name the kernel and have no placeholder left`() throws {
    let scripts = try Self.module.deb().scripts
    #expect(scripts.keys.sorted() == ["postinst", "postrm"])
    for script in scripts.values {
      #expect(script.contains("kernel='6.1.0-56-cloud-amd64'\n"))
      #expect(!script.contains("@KERNEL@") && !script.contains("@PACKAGE@"))
    }
  }

  @Test func `a kernel of one's own needs no package and may have capitals in its name`() throws {
    var module = Self.module
    module.kernel = "6.1.0-My_Kernel~1"
    module.kernelPackage = nil
    module.compiler = nil
    let deb = try module.deb()
    #expect(deb.control.package == "toa-modules-6.1.0-my-kernel-1")
    #expect(deb.control.depends == ["toa-modules-common", "kmod"])
    #expect(deb.files[0].path == "/lib/modules/6.1.0-My_Kernel~1/updates/toa.ko")
  }

  @Test(arguments: ["", "..", "6.1/x", "6.1'", "6.1 0", "$(x)", "-6.1", "6.1\n"])
  func `what is no kernel release gets no package`(kernel: String) {
    var module = Self.module
    module.kernel = kernel
    #expect(throws: PackagingError.invalid(place: "kernel release", value: kernel)) { try module.deb() }
  }

  @Test func `the settings load the module at boot and leave its defaults alone`() throws {
    let deb = try CommonPackage(version: "0.1.0").deb()
    #expect(deb.fileName == "toa-modules-common_0.1.0-1_all.deb")
    #expect(deb.files[0] == PackageFile(path: "/usr/lib/modules-load.d/toa.conf", text: "# Written by toa.\ntoa\n"))
    #expect(!deb.files.contains { $0.path == CommonPackage.modprobe } && deb.control.custom.isEmpty)
  }

  @Test func `an rpm also has what init runs where systemd is not`() throws {
    let package = try CommonPackage(version: "0.1.0").package(.rpm)
    let script = try #require(package.files.first { $0.path == CommonPackage.bootScript })
    #expect(script.mode == 0o755)
    #expect(String(decoding: script.bytes, as: UTF8.self).hasPrefix("#!/bin/sh\n# Written by toa.\n"))
    #expect(try !CommonPackage(version: "0.1.0").package(.deb).files.contains { $0.path == CommonPackage.bootScript })
  }

  @Test func `trusted prefixes become an option of the module and a field`() throws {
    let deb = try CommonPackage(version: "0.1.0", trusted: "10.0.0.0/8,::1/128").deb()
    let options = "# Written by toa.\noptions toa trusted=10.0.0.0/8,::1/128\n"
    #expect(deb.files.contains(PackageFile(path: "/lib/modprobe.d/toa.conf", text: options)))
    #expect(deb.control.custom == [PackageField(name: "Toa-Trusted", value: "10.0.0.0/8,::1/128")])
  }

  @Test func `a profile becomes an option of the module and a field, beside the prefixes`() throws {
    var package = CommonPackage(version: "0.1.0", profile: "-late,lvs,77/8:ip4@4+port@2")
    var deb = try package.deb()
    let alone = "# Written by toa.\noptions toa profile=-late,lvs,77/8:ip4@4+port@2\n"
    #expect(deb.files.contains(PackageFile(path: "/lib/modprobe.d/toa.conf", text: alone)))
    #expect(deb.control.custom == [PackageField(name: "Toa-Profile", value: "-late,lvs,77/8:ip4@4+port@2")])
    package.trusted = "any"
    package.profile = "dpvs"
    deb = try package.deb()
    let both = "# Written by toa.\noptions toa trusted=any profile=dpvs\n"
    #expect(deb.files.contains(PackageFile(path: "/lib/modprobe.d/toa.conf", text: both)))
    #expect(deb.control.custom.map(\.name) == ["Toa-Trusted", "Toa-Profile"])
  }

  @Test(arguments: ["", "dpvs late", "dpvs\ninstall toa x", "\"dpvs\"", "dpvs#", "dpvs\\", "=dpvs"])
  func `a profile that modprobe would read as something else is refused`(profile: String) {
    #expect(throws: PackagingError.invalid(place: "profile", value: profile)) {
      try CommonPackage(version: "0.1.0", profile: profile).deb()
    }
  }

  @Test(arguments: ["", "10.0.0.0/8 install toa /bin/x", "any\ninstall toa x", "\"any\"", "any#", "any\\"])
  func `what modprobe would read as something else is refused`(trusted: String) {
    #expect(throws: PackagingError.invalid(place: "list of prefixes", value: trusted)) {
      try CommonPackage(version: "0.1.0", trusted: trusted).deb()
    }
  }
}
