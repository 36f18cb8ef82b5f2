// SPDX-License-Identifier: Apache-2.0
import Glibc
import Packaging
import Testing

/// Packages installed and removed by the real dpkg, in a root folder with a database of its own.
struct DpkgTests {
  @Test func `installed, modprobe finds the module; purged, nothing is left`() throws {
    let workshop = try Workshop()
    let before = try workshop.snapshot()
    let module = try workshop.make(DebPlanTests.module(workshop.objectFile()), name: "module")
    let common = try workshop.make(CommonPackage(version: "0.1.0", trusted: "10.0.0.0/8").deb(), name: "common")
    #expect(workshop.dpkg("--install \(common) \(module)"))
    try shell("grep -q '^updates/toa.ko:' \(workshop.modules)/modules.dep")
    for path in [CommonPackage.modulesLoad, CommonPackage.modprobe] { try shell("test -s \(workshop.root)\(path)") }
    let query = "dpkg-query --admindir=\(workshop.root)/var/lib/dpkg --show --showformat"
    #expect(
      try workshop.output("\(query)='${Toa-Kernel} ${Toa-Compiler}' toa-modules-9.9.9-test") == "9.9.9-test gcc 12.2.0")
    #expect(try workshop.output("\(query)='${Toa-Trusted}' toa-modules-common") == "10.0.0.0/8")
    #expect(workshop.dpkg("--verify toa-modules-9.9.9-test toa-modules-common"))
    #expect(workshop.dpkg("--purge toa-modules-9.9.9-test toa-modules-common"))
    #expect(try workshop.snapshot() == before)
    #expect(try workshop.output("grep -c '^Package' \(workshop.root)/var/lib/dpkg/status || true") == "0\n")
  }

  @Test(arguments: ["exit 1", "exit 0"])
  func `a depmod that fails or does not list the module fails the installation`(depmod: String) throws {
    let workshop = try Workshop()
    let deb = try workshop.make(DebPlanTests.module(workshop.objectFile()))
    try shell("mkdir \(workshop.folder)/bin")
    try shell("printf '#!/bin/sh\n\(depmod)\n' >\(workshop.folder)/bin/depmod; chmod 755 \(workshop.folder)/bin/depmod")
    #expect(!workshop.dpkg("--install \(deb)"))
    try shell("rm \(workshop.folder)/bin/depmod")
    #expect(workshop.dpkg("--purge toa-modules-9.9.9-test"))
  }

  @Test func `when the kernel has gone before, removal succeeds and brings nothing back`() throws {
    let workshop = try Workshop()
    let deb = try workshop.make(DebPlanTests.module(workshop.objectFile()))
    #expect(workshop.dpkg("--install \(deb)"))
    try shell("rm -r \(workshop.modules)/kernel \(workshop.modules)/modules.*")
    #expect(workshop.dpkg("--purge toa-modules-9.9.9-test"))
    #expect(access(workshop.modules, F_OK) != 0)
  }

  @Test func `a newer package replaces an older one`() throws {
    let workshop = try Workshop()
    let old = try workshop.make(DebPlanTests.module(workshop.objectFile()))
    #expect(workshop.dpkg("--install \(old)"))
    let new = try workshop.make(DebPlanTests.module(workshop.objectFile() + [0]), name: "new")
    #expect(workshop.dpkg("--install \(new)"))
    try shell("grep -q '^updates/toa.ko:' \(workshop.modules)/modules.dep")
    #expect(workshop.dpkg("--verify toa-modules-9.9.9-test"))
  }
}
