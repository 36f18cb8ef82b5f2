// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct DistributionTests {
  @Test(arguments: [
    ("debian", [], "12", Distribution.Family.debian, PackageManager.apt),
    ("ubuntu", ["debian"], "24.04", .debian, .apt), ("linuxmint", ["ubuntu", "debian"], "21", .debian, .apt),
    ("rhel", ["fedora"], "7.9", .redHat, .yum), ("rhel", ["fedora"], "9.4", .redHat, .dnf),
    ("almalinux", ["rhel", "centos", "fedora"], "9.4", .redHat, .dnf), ("openEuler", [], "22.03", .redHat, .dnf),
    ("kylin", [], "V10", .redHat, .dnf), ("kylin", ["debian"], "V10", .debian, .apt),
    ("tlinux", ["rhel", "fedora", "centos"], "2.2", .redHat, .yum), ("tencentos", ["tencentos"], "4.4", .redHat, .dnf),
    ("amzn", ["centos", "rhel", "fedora"], "2", .redHat, .yum), ("amzn", ["fedora"], "2023", .redHat, .dnf),
    ("azurelinux", ["fedora"], "3.0", .redHat, .tdnf), ("opensuse-leap", ["suse", "opensuse"], "15.6", .suse, .zypper),
    ("newthing", ["suse"], "1", .suse, .zypper),
  ])
  func `a family and a package manager follow from the identifiers`(
    id: String, like: [String], version: String, family: Distribution.Family, manager: PackageManager
  ) {
    let distribution = Distribution(id: id, idLike: like, versionID: version)
    #expect(distribution.family == family)
    #expect(distribution.packageManager == manager)
  }

  @Test func `an unknown distribution belongs to no family`() {
    let distribution = Distribution(id: "gentoo")
    #expect(distribution.family == .other)
    #expect(distribution.packageManager == nil)
  }

  @Test(arguments: [
    ("CentOS release 6.10 (Final)\n", "centos", "6.10"), ("CentOS Linux release 7.9.2009 (Core)", "centos", "7.9.2009"),
    ("Red Hat Enterprise Linux Server release 6.4 (Santiago)", "rhel", "6.4"),
    ("Tencent tlinux release 2.2 (Final)", "tlinux", "2.2"), ("TencentOS Server 3.1 (Final)", "tencentos", "3.1"),
    ("Kylin Linux Advanced Server release V10 (Lance)", "kylin", "V10"),
    ("SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n", "sles", "11"),
  ])
  func `the older release files name a distribution and its version`(text: String, id: String, version: String) throws {
    let distribution = try #require(LegacyRelease.parse(text))
    #expect(distribution.id == id)
    #expect(distribution.versionID == version)
  }

  @Test func `a release file with another name tells nothing`() {
    #expect(LegacyRelease.parse("") == nil)
    #expect(LegacyRelease.parse("My Linux release 1") == nil)
  }

  @Test func `a nameless tree is called linux`() throws {
    let distribution = Distribution.detect(in: try TemporaryFolder().root)
    #expect(distribution.id == "linux")
    #expect(distribution.source == nil)
  }

  @Test func `tools in the tree tell the family where the name does not`() throws {
    let folder = try TemporaryFolder(["/etc/os-release": "ID=house\n", "/usr/bin/dpkg": "", "/usr/bin/apt-get": ""])
    #expect(Distribution.detect(in: folder.root).packageManager == .apt)
  }

  @Test(arguments: [("7.9", 7), ("V10", 10), ("24.04", 24), ("12", 12)])
  func `the major version is the first number`(version: String, major: Int) {
    #expect(Distribution(id: "x", versionID: version).majorVersion == major)
  }

  @Test func `install commands answer questions only when asked to`() {
    #expect(PackageManager.apt.install(["gcc-12"]).typed == "apt-get install gcc-12")
    #expect(
      PackageManager.apt.install(["gcc-12"], assumeYes: true).typedWithVariables
        == "DEBIAN_FRONTEND=noninteractive apt-get install -y gcc-12")
    #expect(PackageManager.zypper.install(["gcc7"], assumeYes: true).typed == "zypper --non-interactive install gcc7")
    #expect(PackageManager.dnf.remove(["gcc"], assumeYes: true).typed == "dnf remove -y gcc")
  }
}
