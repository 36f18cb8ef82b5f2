// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@Suite struct HostFixtureTests {
  @Test(arguments: HostFixture.names)
  func `each fixture host reads as its expectation says`(name: String) async throws {
    let expected = try FileRoot(HostFixture.folder).text("/expected/\(name).txt")
    let summary = try await HostFixture(name).facts().summary
    #expect(summary + "\n" == expected)
  }

  @Test func `every distribution that the project names has a fixture`() {
    let wanted = [
      "centos-6", "centos-7", "centos-8", "debian-11", "debian-12", "debian-13", "kylin-v10", "openeuler-22.03",
      "rocky-9",
      "sles-15", "tencentos-2", "tencentos-3", "tencentos-4", "ubuntu-16.04", "ubuntu-18.04", "ubuntu-20.04",
      "ubuntu-22.04",
      "ubuntu-24.04", "clang-kernel", "fedora-coreos-40", "no-modules",
    ]
    #expect(Set(wanted) == Set(HostFixture.names))
  }

  @Test func `a target that does not run is judged without the running kernel's word`() async throws {
    let fixture = HostFixture("debian-13")
    let target = try #require(KernelRelease("6.12.86+deb13-amd64"))
    let facts = try #require(await HostFacts.read(from: fixture.root, using: fixture.runner, target: target))
    #expect(!facts.isRunning)
    #expect(facts.headers.state == .missing)
    #expect(facts.compiler?.statements.map(\.source) == [.configText, .configNumber])
  }

  @Test func `a tree without a kernel has no facts`() async throws {
    let folder = try TemporaryFolder()
    let facts = await HostFacts.read(from: folder.root, using: HostFixture("no-modules").runner)
    #expect(facts == nil)
  }
}
