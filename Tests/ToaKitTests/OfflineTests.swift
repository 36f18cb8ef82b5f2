// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// Packages from a folder: real debs and rpms, judged by the real apt and rpm.
struct OfflineTests {
  private let live = System.live()
  private let tree: TestTree
  private var folder: String { tree.root.location.string }

  init() throws { tree = try TestTree() }

  private func deb(_ name: String, _ version: String = "1", depends: String = "", provides: String = "") async throws {
    let place = "/build/\(name)"
    let fields = [("Depends", depends), ("Provides", provides)].filter { !$0.1.isEmpty }.map { "\($0): \($1)\n" }
      .joined()
    try tree.write(
      place + "/DEBIAN/control",
      "Package: \(name)\nVersion: \(version)\nArchitecture: all\nMaintainer: x <x@example.org>\n\(fields)Description: x\n"
    )
    let result = try await live.run.run(
      Command("dpkg-deb", ["--build", folder + place, "\(folder)/\(name)_\(version)_all.deb"]))
    try #require(result.status == 0, "\(result)")
  }

  private func rpm(_ name: String, _ version: String, requires: String = "", provides: String = "") async throws {
    let fields = [("Requires", requires), ("Provides", provides)].filter { !$0.1.isEmpty }.map { "\($0): \($1)\n" }
      .joined()
    try tree.write(
      "/build/\(name).spec",
      "Name: \(name)\nVersion: \(version)\nRelease: 1\nSummary: x\nLicense: GPL\nBuildArch: noarch\n\(fields)"
        + "%description\nx\n%files\n")
    let result = try await live.run.run(
      Command(
        "rpmbuild",
        [
          "-bb", "--define", "_topdir \(folder)/build/top", "--define", "_rpmdir \(folder)/build/rpms",
          "\(folder)/build/\(name).spec",
        ]))
    try #require(result.status == 0, "\(result)")
    let file = "\(name)-\(version)-1.noarch.rpm"
    try tree.root.write("/" + file, try tree.root.bytes("/build/rpms/noarch/" + file))
  }

  private func files(_ names: [String], _ manager: PackageManager = .apt) async throws(ToaError) -> [String] {
    let offline = try OfflinePackages(live, manager, folder: folder)
    return try await offline.files(for: names, .headersMissing).map(\.name)
  }

  private static let hasApt =
    CommandRunner.live().find("apt-get") != nil && CommandRunner.live().find("dpkg-deb") != nil
  private static let hasRpm = CommandRunner.live().find("rpmbuild") != nil

  @Test(.enabled(if: hasApt)) func `debs are taken with what they depend on, and nothing else`() async throws {
    try await deb("toa-test-headers", depends: "toa-test-kbuild (>= 2), toa-test-tool | toa-test-other")
    try await deb("toa-test-kbuild", "2")
    try await deb("toa-test-other", provides: "toa-test-virtual")
    try await deb("toa-test-unneeded")
    #expect(
      try await files(["toa-test-headers"]).sorted() == ["toa-test-headers", "toa-test-kbuild", "toa-test-other"])
    #expect(
      try await OfflinePackages(live, .apt, folder: folder).index().first { $0.name == "toa-test-other" }?.provides
        == ["toa-test-virtual"])
  }

  @Test(.enabled(if: hasApt)) func `what the folder lacks is named, with who needs it`() async throws {
    try await deb("toa-test-headers", depends: "toa-test-kbuild (>= 2)")
    await #expect(
      throws: ToaError(
        .headersMissing, "\(folder) has no package toa-test-kbuild",
        why: "toa-test-headers needs it, and it is not installed; the folder has 1 deb",
        next: [
          "on a host of the same release with a network: apt-get download toa-test-kbuild",
          "then run the same command again",
        ])
    ) { try await files(["toa-test-headers"]) }
    await #expect(
      throws: ToaError(
        .headersMissing, "\(folder) has no package toa-test-gcc",
        why: "it is missing on this host; the folder has 1 deb",
        next: [
          "on a host of the same release with a network: apt-get download toa-test-gcc",
          "then run the same command again",
        ])
    ) { try await files(["toa-test-headers", "toa-test-gcc"]) }
  }

  @Test(.enabled(if: hasApt)) func `a file that was not copied in full is named`() async throws {
    try await deb("toa-test-headers")
    try tree.write("/broken_1_all.deb", "half")
    await #expect(
      throws: ToaError(
        .refused, "\(folder)/broken_1_all.deb cannot be read as a package",
        why: "it was not copied in full, or is something else", next: ["copy it again, or take it out of the folder"])
    ) { try await files(["toa-test-headers"]) }
  }

  @Test(.enabled(if: hasRpm)) func `rpms are found by name, version and architecture, with what they require`()
    async throws
  {
    try await rpm("toa-test-devel", "5.14.0", requires: "toa-test-make >= 4")
    try await rpm("toa-test-devel", "5.15.0", requires: "toa-test-nothing")
    try await rpm("toa-test-gmake", "4.3", provides: "toa-test-make = 4.3")
    #expect(
      try await files(["toa-test-devel-5.14.0-1.noarch"], .dnf).sorted() == ["toa-test-devel", "toa-test-gmake"])
    #expect(
      try await files(["toa-test-devel=5.14.0-1"], .zypper).sorted() == ["toa-test-devel", "toa-test-gmake"])
    await #expect(
      throws: ToaError(
        .headersMissing, "\(folder) has no package toa-test-nothing",
        why: "toa-test-devel-5.15.0-1.noarch needs it, and it is not installed; the folder has 3 rpms",
        next: [
          "on a host of the same release with a network: dnf download --resolve toa-test-nothing",
          "then run the same command again",
        ])
    ) { try await files(["toa-test-devel"], .dnf) }
  }

  @Test func `the words of apt and rpm for what is missing`() {
    let apt = """
      The following packages have unmet dependencies:
       t-headers : Depends: t-kbuild (>= 1) but it is not installable
       t-kbuild : PreDepends: t-lib but it is not installable or
                              t-lib2 but it is not going to be installed
      """
    #expect(
      OfflinePackages.aptNeeds(apt) == [
        .init(alternatives: ["t-kbuild"], by: "t-headers"), .init(alternatives: ["t-lib", "t-lib2"], by: "t-kbuild"),
      ])
    let rpm = "error: Failed dependencies:\n\tlibelf.so.1()(64bit) is needed by gcc-11.4.1-2.1.el9.x86_64\n"
    #expect(
      OfflinePackages.rpmNeeds(rpm) == [
        .init(alternatives: ["libelf.so.1()(64bit)"], by: "gcc-11.4.1-2.1.el9.x86_64")
      ])
  }

  @Test func `what DKMS needs comes from the folder, too, and DKMS itself`() async throws {
    let host = try FakeHost()
    host.write("/media/dkms_3_all.deb", "")
    host[\.answers]["dpkg-deb --show"] = CommandResult(status: 0, output: "dkms\n3\nall\n\n")
    host[\.answers]["apt-get install --simulate --no-install-recommends -o Dir::State"] = CommandResult(status: 0)
    let request = InstallRequest(kernelUpdates: .dkms, offline: "/media", dryRun: true)
    let error = await #expect(throws: ToaError.self) {
      try await Installer(host.system, host.console).install(request)
    }
    #expect(error?.what == "/media has no package \(FakeApt.headers)")
    _ = FakeApt(host).install([FakeApt.headers, "gcc-12", "make"])
    let plan = try await Installer(host.system, host.console).install(request)
    #expect(plan.steps.first?.commands == ["dpkg --install /media/dkms_3_all.deb"])
    #expect(!plan.steps.flatMap(\.commands).contains { $0.hasPrefix("apt-get") })
  }

  @Test(arguments: [
    (PackageManager.apt, "dpkg --install /m/a.deb"),
    (
      .dnf,
      "dnf install -y '--disablerepo=*' --setopt=install_weak_deps=False --setopt=exit_on_lock=True /m/a.deb"
    ),
    (
      .zypper,
      "zypper --non-interactive --no-refresh --disable-repositories install --no-recommends /m/a.deb"
    ),
  ])
  func `files are installed without a network`(manager: PackageManager, typed: String) {
    #expect(PackageTool(manager).installLocal(["/m/a.deb"]).typed == typed)
  }
}
