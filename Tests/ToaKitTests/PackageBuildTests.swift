// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// Debs made by the real dpkg-deb in a folder of its own.
struct PackageBuildTests {
  let tree: TestTree
  var place: String { tree.root.location.string }

  init() throws { tree = try TestTree(["/toa.ko": "not really a module"]) }

  private var system: System {
    var system = System.untouched().with(files: FileRoot()).with(Transcript())
    system.run = .live()
    return system
  }

  private func build(module: String?, trusted: String? = nil) -> PackageBuild {
    PackageBuild(
      folder: place + "/packages/1", kernel: "6.1.0-56-cloud-amd64", kernelPackage: "linux-image-6.1.0-56-cloud-amd64",
      architecture: "amd64", sourceSha256: String(repeating: "5", count: 64), module: module, compiler: "gcc 12.2.0",
      trusted: trusted, replaced: [])
  }

  private func make(_ build: PackageBuild) async throws(ToaError) {
    try await build.run(system)
  }

  private func dpkgDeb(_ arguments: String...) async throws -> String {
    let result = try await CommandRunner.live().run(Command("dpkg-deb", arguments, environment: ["LC_ALL": "C"]))
    #expect(result.status == 0)
    return result.output
  }

  @Test func `both debs carry what a later run asks dpkg for`() async throws {
    let build = build(module: place + "/toa.ko", trusted: "10.0.0.0/8,203.0.113.0/24")
    try await make(build)
    #expect(tree.root.list("/packages/1").map { "\(place)/packages/1/\($0)" }.sorted() == build.files.paths.sorted())
    let common = try await dpkgDeb("-I", build.files.paths[0])
    #expect(common.contains(" Package: toa-modules-common\n"))
    #expect(common.contains(" Toa-Trusted: 10.0.0.0/8,203.0.113.0/24\n"))
    let module = try await dpkgDeb("-I", build.files.paths[1])
    for line in [
      "Package: toa-modules-6.1.0-56-cloud-amd64", "Architecture: amd64", "Toa-Kernel: 6.1.0-56-cloud-amd64",
      "Toa-Source-Sha256: \(String(repeating: "5", count: 64))", "Toa-Compiler: gcc 12.2.0",
      "Depends: linux-image-6.1.0-56-cloud-amd64, toa-modules-common, kmod",
    ] { #expect(module.contains(" \(line)\n"), "\(line)") }
    let content = try await dpkgDeb("-c", build.files.paths[1])
    #expect(content.contains("root/root") && content.contains("./lib/modules/6.1.0-56-cloud-amd64/updates/toa.ko\n"))
  }

  @Test func `the same module twice gives the same bytes`() async throws {
    let build = build(module: place + "/toa.ko")
    try await make(build)
    let first = try build.files.paths.map { try FileRoot().bytes($0) }
    try await make(build)
    #expect(try build.files.paths.map { try FileRoot().bytes($0) } == first)
  }

  @Test func `settings alone make one deb, without a list none of the field`() async throws {
    let build = build(module: nil)
    try await make(build)
    #expect(build.files.names == ["toa-modules-common"])
    #expect(tree.root.list("/packages/1") == ["toa-modules-common_\(toaVersion)-1_all.deb"])
    #expect(try await !dpkgDeb("-I", build.files.paths[0]).contains("Toa-Trusted"))
  }

  @Test func `a module that is not there and a kernel of another form are errors, not debs`() async throws {
    await #expect(throws: ToaError.self) { try await make(build(module: place + "/gone.ko")) }
    var odd = build(module: place + "/toa.ko")
    odd.kernel = "6.1;reboot"
    await #expect(throws: ToaError.self) { try await make(odd) }
    #expect(tree.root.list("/packages/1").filter { $0.hasPrefix("toa-modules-6") } == [])
  }
}
