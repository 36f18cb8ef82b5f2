// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct KernelFlavorTests {
  private let tencent = Distribution(id: "tencentos", versionID: "3.1", source: "/etc/os-release")
  private let centos = Distribution(id: "centos", versionID: "7", source: "/etc/os-release")

  private func report(
    _ release: String, on distribution: Distribution, owner: PackageIdentity? = nil, config: KernelConfig? = nil
  ) throws -> KernelFlavorReport {
    KernelFlavorReport.detect(
      release: try #require(KernelRelease(release)), distribution: distribution, owner: owner, config: config,
      in: try TemporaryFolder().root)
  }

  @Test(arguments: [
    "3.10.107-1-tlinux2_kvm_guest-0049", "5.4.241-1-tlinux4-0017.7", "6.6.98-40.2.tl4.x86_64", "5.4.119-1.0007.tlinux4",
    "3.10.0-693.5.2.tcpa06.tl2.x86_64", "2.6.32.43-tlinux-1.0.17-default",
  ])
  func `a release of Tencent's is known anywhere`(release: String) throws {
    #expect(try report(release, on: centos).verdict == .tlinux)
  }

  @Test(arguments: [
    "3.10.0-1160.el7.x86_64", "6.1.0-56-cloud-amd64", "5.15.0-91-generic", "5.10.0-60.18.0.50.oe2203.x86_64",
  ])
  func `another vendor's kernel on TencentOS is vanilla, and that is disputed`(release: String) throws {
    let report = try report(release, on: tencent)
    #expect(report.verdict == .vanilla)
    #expect(report.isDisputed)
  }

  @Test func `a release without a mark follows the system`() throws {
    #expect(try report("5.4.119-19-0009.6", on: tencent).verdict == .tlinux)
    #expect(try report("5.4.119-19-0009.6", on: centos).verdict == .vanilla)
  }

  @Test func `the package that owns the kernel decides`() throws {
    let owner = PackageIdentity(name: "kernel", version: "5.4.119-19.0009.6.tl3", architecture: "x86_64")
    #expect(try report("5.4.119-19-0009.6", on: centos, owner: owner).verdict == .tlinux)
    let vanilla = PackageIdentity(name: "kernel-ml", version: "5.4.119-1.el7.elrepo", architecture: "x86_64")
    #expect(try report("5.4.119-1", on: tencent, owner: vanilla).verdict == .vanilla)
  }

  @Test func `a name that only resembles a mark is none`() throws {
    let owner = PackageIdentity(name: "kernel", version: "6.1-1.atl3s", architecture: "x86_64")
    #expect(try report("6.1.0-1", on: centos, owner: owner).verdict == .vanilla)
  }

  @Test func `CONFIG_LOCALVERSION is heard`() throws {
    let config = KernelConfig(parsing: "CONFIG_LOCALVERSION=\"-1-tlinux4-0009\"\n")
    let report = try report("5.4.119", on: centos, config: config)
    #expect(report.verdict == .tlinux)
    #expect(report.votes.contains { $0.sign == .localVersion })
  }
}
