// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct PackageAdviceTests {
  private func headers(
    _ release: String, _ distribution: Distribution, owner: PackageIdentity? = nil, installed: DpkgDatabase? = nil
  ) throws -> PackageAdvice {
    .headers(of: try #require(KernelRelease(release)), for: distribution, owner: owner, installed: installed)
  }

  private func compiler(_ version: CompilerVersion, _ id: String, _ release: String) -> PackageAdvice {
    .compiler(
      CompilerIdentity(kind: .gcc, version: version, text: ""), for: Distribution(id: id, versionID: release))
  }

  @Test(arguments: [
    ("kernel-core", "kernel-devel"), ("kernel", "kernel-devel"), ("kernel-uek-core", "kernel-uek-devel"),
    ("kernel-rt-core", "kernel-rt-devel"), ("kernel-ml", "kernel-ml-devel"),
    ("kernel-tlinux4-core", "kernel-tlinux4-devel"),
    ("kernel-modules-core", "kernel-devel"),
  ])
  func `the headers package stands beside the kernel's package`(kernel: String, devel: String) throws {
    let owner = PackageIdentity(name: kernel, version: "1.2-3", architecture: "x86_64")
    let advice = try headers("5.4.119-19-0009.6", Distribution(id: "rocky", versionID: "9"), owner: owner)
    #expect(advice.packages == ["\(devel)-1.2-3.x86_64"])
    #expect(advice.commands.map(\.typed) == ["dnf install \(devel)-1.2-3.x86_64"])
  }

  @Test(arguments: [
    ("5.4.119-19-0009.6", "3.1", "kernel-devel-5.4.119-19.0009.6.tl3"),
    ("5.4.119-1-tlinux4-0009", "3.1", "kernel-tlinux4-devel-5.4.119-1.0009.tl3"),
    ("5.4.119-19-0009", "2.4", "kernel-devel-5.4.119-19.0009.tl2"),
    ("6.6.98-40.2.tl4.x86_64", "4.4", "kernel-devel-6.6.98-40.2.tl4.x86_64"),
  ])
  func `without an owner Tencent's rule names the package`(release: String, version: String, package: String) throws {
    let advice = try headers(release, Distribution(id: "tencentos", versionID: version))
    #expect(advice.packages == [package])
    #expect(advice.note?.contains("rpm -qf") == true)
  }

  @Test func `without an owner a Red Hat release names its package`() throws {
    let centos = Distribution(id: "centos", versionID: "7")
    #expect(try headers("3.10.0-1160.el7.x86_64", centos).packages == ["kernel-devel-3.10.0-1160.el7.x86_64"])
    let debug = try headers("5.14.0-362.8.1.el9_3.x86_64+debug", Distribution(id: "rhel", versionID: "9.3"))
    #expect(debug.packages == ["kernel-debug-devel-5.14.0-362.8.1.el9_3.x86_64"])
  }

  @Test func `a kernel that nobody packaged has no headers package`() throws {
    let advice = try headers("6.11.0-rc1-P3", Distribution(id: "debian", versionID: "13"))
    #expect(advice.commands.isEmpty)
    #expect(advice.note?.contains("whoever built it") == true)
  }

  @Test func `the meta-package follows the one that brought the kernel`() throws {
    let ubuntu = Distribution(id: "ubuntu", idLike: ["debian"], versionID: "22.04")
    func package(_ name: String) -> String { "Package: \(name)\nStatus: install ok installed\nVersion: 1\n\n" }
    let database = DpkgDatabase(
      parsing: package("linux-image-6.5.0-35-generic") + package("linux-image-generic-hwe-22.04"))
    #expect(
      try headers("6.5.0-35-generic", ubuntu, installed: database).following == ["linux-headers-generic-hwe-22.04"])
    let both = DpkgDatabase(
      parsing: package("linux-image-generic-hwe-22.04") + package("linux-headers-generic-hwe-22.04"))
    #expect(try headers("6.5.0-35-generic", ubuntu, installed: both).following.isEmpty)
    #expect(try headers("6.5.0-35-generic", ubuntu).following == ["linux-headers-generic"])
  }

  @Test func `SUSE pins the version with an equals sign`() throws {
    let sles = Distribution(id: "sles", idLike: ["suse"], versionID: "15.5")
    let owner = PackageIdentity(name: "kernel-default", version: "5.14.21-150500.55.52.1", architecture: "x86_64")
    let advice = try headers("5.14.21-150500.55.52-default", sles, owner: owner)
    #expect(advice.commands.map(\.typed) == ["zypper install kernel-default-devel=5.14.21-150500.55.52.1"])
    #expect(try headers("5.14.21-150500.55.52-azure", sles).packages == ["kernel-azure-devel"])
  }

  @Test(arguments: [
    (CompilerVersion(12, 2), "debian", "12", "apt-get install gcc-12"),
    (CompilerVersion(4, 8, 5), "ubuntu", "14.04", "apt-get install gcc-4.8"),
    (CompilerVersion(15, 3), "debian", "12", ""), (CompilerVersion(13, 2), "ubuntu", "22.04", ""),
    (CompilerVersion(16, 2), "debian", "", "apt-get install gcc-16"),
    (CompilerVersion(11, 5), "rocky", "9.5", "dnf install gcc"),
    (CompilerVersion(12, 2), "rocky", "9.5", "dnf install gcc-toolset-12-gcc"),
    (CompilerVersion(9, 2), "centos", "8", "dnf install gcc-toolset-9-gcc"),
    (CompilerVersion(8, 3), "centos", "7", "yum install centos-release-scl && yum install devtoolset-8-gcc"),
    (CompilerVersion(5, 3), "rhel", "7.9", "yum install devtoolset-4-gcc"),
    (CompilerVersion(7, 5), "sles", "15.5", "zypper install gcc7"),
    (CompilerVersion(8, 5), "tencentos", "3.1", "dnf install gcc"),
    (CompilerVersion(8, 4), "tencentos", "2.4", ""), (CompilerVersion(7, 3), "rocky", "9.5", ""),
  ])
  func `a compiler comes from where its distribution keeps it`(
    version: CompilerVersion, id: String, release: String, typed: String
  ) {
    let advice = compiler(version, id, release)
    #expect(advice.commands.map(\.typed).joined(separator: " && ") == typed)
    #expect(!typed.isEmpty || advice.note != nil)
  }

  @Test func `no software collection is offered outside of Enterprise Linux`() {
    for id in ["debian", "sles", "tencentos", "openeuler", "kylin", "amzn", "fedora"] {
      for major in 4...16 {
        let packages = compiler(CompilerVersion(major, 2), id, "3").packages
        #expect(packages.allSatisfy { !$0.contains("toolset") })
      }
    }
  }

  @Test func `make is called make everywhere`() {
    #expect(PackageAdvice.make(for: Distribution(id: "debian")).commands.map(\.typed) == ["apt-get install make"])
    #expect(PackageAdvice.make(for: Distribution(id: "gentoo")).commands.isEmpty)
  }
}
