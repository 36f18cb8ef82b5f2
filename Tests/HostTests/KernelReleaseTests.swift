// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct KernelReleaseTests {
  @Test(arguments: [
    ("6.1.0-56-cloud-amd64", KernelVersion(6, 1, 0), "cloud-amd64"),
    ("5.15.0-91-generic", KernelVersion(5, 15, 0), "generic"),
    ("6.12.57+deb13-amd64", KernelVersion(6, 12, 57), "amd64"),
    ("6.1.0-0.deb11.21-amd64", KernelVersion(6, 1, 0), "amd64"),
    ("3.10.0-1160.el7.x86_64", KernelVersion(3, 10, 0), nil), ("5.4.119-19-0009.6", KernelVersion(5, 4, 119), nil),
    ("5.4.241-1-tlinux4-0017.7", KernelVersion(5, 4, 241), "tlinux4"),
    ("3.10.107-1-tlinux2_kvm_guest-0049", KernelVersion(3, 10, 107), "tlinux2_kvm_guest"),
    ("2.6.32.43-tlinux-1.0.17-default", KernelVersion(2, 6, 32), "tlinux"),
    ("5.14.21-150500.55.52-default", KernelVersion(5, 14, 21), "default"),
    ("5.14.0-362.8.1.el9_3.x86_64+debug", KernelVersion(5, 14, 0), "debug"), ("6.18-rc3", KernelVersion(6, 18, 0), nil),
    ("6.8.0-1008-aws", KernelVersion(6, 8, 0), "aws"), ("6.6", KernelVersion(6, 6, 0), nil),
  ])
  func `a release gives its numbers and flavour`(text: String, version: KernelVersion, flavour: String?) throws {
    let release = try #require(KernelRelease(text))
    #expect(release.version == version)
    #expect(release.flavour == flavour)
    #expect(release.description == text)
  }

  @Test(arguments: ["", "6", "x.y", "6.1.0/..", "6.1 0", "-6.1", "99999999999999999999.1"])
  func `what is no release is refused`(text: String) {
    #expect(KernelRelease(text) == nil)
  }

  @Test func `releases sort by age`() {
    let ordered = [
      "3.10.0-957.el7.x86_64", "3.10.0-1160.el7.x86_64", "3.10.0-1160.71.1.el7.x86_64", "5.4.119-19-0009",
      "5.4.119-19-0009.6",
      "6.1.0-9-amd64", "6.1.0-56-amd64", "6.12.0-rc1", "6.12.0", "6.12.57+deb13-amd64", "6.12.86+deb13-amd64",
    ]
    let releases = ordered.compactMap(KernelRelease.init)
    #expect(releases.reversed().sorted().map(\.text) == ordered)
  }

  @Test func `only kernels that can boot count as newest`() throws {
    let folder = try TemporaryFolder([
      "/lib/modules/6.1.0-9-amd64/modules.dep": "", "/boot/vmlinuz-6.1.0-9-amd64": "",
      "/lib/modules/6.1.0-56-amd64/modules.dep": "", "/lib/modules/kabi/x": "", "/lib/modules/7.0.0/build": "",
      "/proc/sys/kernel/osrelease": "6.1.0-9-amd64\n",
    ])
    let kernels = InstalledKernels.read(from: folder.root)
    #expect(kernels.kernels.map(\.release.text) == ["6.1.0-9-amd64", "6.1.0-56-amd64", "7.0.0"])
    #expect(kernels.newest?.release.text == "6.1.0-9-amd64")
    #expect(kernels.running?.image == "/boot/vmlinuz-6.1.0-9-amd64")
    #expect(kernels.kernel("7.0.0")?.hasModules == false)
  }
}
