// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// `toa package --module`: packages of modules that were built elsewhere.
struct PackagerTests {
  let host: FakeHost

  /// A host with a built module and nothing to build one with.
  init() async throws {
    let builder = try FakeHost()
    _ = FakeApt(builder).install([FakeApt.headers, "gcc-12", "make"])
    _ = try await Builder(builder.system, builder.console).build(BuildRequest(kernel: FakeHost.kernel, out: "/built"))
    host = try FakeHost()
    for name in ["toa.ko", "toa.ko.json"] { host.write("/built/\(name)", try builder.files.text("/built/\(name)")) }
  }

  private func package(
    _ kind: PackageRequest.Kind = .deb, _ change: (inout PackageRequest) -> Void = { _ in }
  ) async throws(ToaError) -> PackageDocument {
    var request = PackageRequest(kind)
    request.modules = ["/built/toa.ko"]
    request.out = "/packages"
    change(&request)
    return try await Packager(host.system, host.console).package(request)
  }

  private func failure(
    _ kind: PackageRequest.Kind = .deb, _ change: (inout PackageRequest) -> Void = { _ in }
  ) async -> ToaError? {
    do throws(ToaError) {
      _ = try await package(kind, change)
      return nil
    } catch { return error }
  }

  private func change(_ change: (inout ModuleManifest) -> Void) throws {
    var manifest = try #require(ModuleManifest.read(try host.files.text("/built/toa.ko.json")))
    change(&manifest)
    host.write("/built/toa.ko.json", manifest.text)
  }

  @Test func `the module is packaged for its kernel, without headers and compiler`() async throws {
    let document = try await package()
    #expect(document.kernels == [FakeHost.kernel])
    #expect(document.packages.map(\.name) == ["toa-modules-common", "toa-modules-\(FakeHost.kernel)"])
    #expect(!host.changes.contains { $0.hasPrefix("make") || $0.hasPrefix("apt-get") })
    #expect(host.changes.contains("strip -g /packages/.toa-package/build/\(FakeHost.kernel)/toa.ko"))
    let package = try host.files.text(try #require(document.packages.last?.file))
    #expect(package.contains("Toa-Compiler: gcc 12.2.0\n"))
    let module = FakeArchive.files(package.split(separator: "\n").filter { $0.hasPrefix("/lib/") })[FakeHost.modulePath]
    #expect(module == (try host.files.bytes("/built/toa.ko")))
    let files = document.packages.map { String($0.file.dropFirst("/packages/".count)) }
    #expect(host.files.list("/packages").sorted() == files.sorted())
    #expect(try host.files.text("/built/toa.ko").hasPrefix("vermagic"))
  }

  @Test func `the plan says where the module comes from`() async throws {
    _ = try await package { $0.dryRun = true }
    #expect(host.transcript.out.hasPrefix("take toa.ko for \(FakeHost.kernel) from /built\n"))
    #expect(host.changes == [])
  }

  @Test func `a module without its manifest, another one, or one of another source is refused`() async throws {
    let hash = String(repeating: "c", count: 64)
    try change { $0.sourceSha256 = hash }
    #expect(await failure()?.what.contains("was made of the source of another toa") == true)
    let source = try await CarriedSources.sha256(host.system)
    try change {
      $0.sourceSha256 = source
      $0.sha256 = hash
    }
    #expect(await failure()?.why == "/built/toa.ko is not the file that its manifest speaks of")
    host.remove("/built/toa.ko.json")
    #expect(
      await failure()
        == ToaError(
          .refused, "/built/toa.ko has no manifest", why: "/built/toa.ko.json is not there, or speaks of another file",
          next: ["take both from where it was built: toa build leaves them beside each other"]))
    #expect(host.changes == [])
  }

  @Test func `options of a build, and packages without a module, do not go with it`() async throws {
    #expect(await failure { $0.kernels = ["all"] }?.status == .usage)
    #expect(await failure { $0.compiler = "gcc-11" }?.status == .usage)
    #expect(await failure { $0.modules.append("/built/toa.ko") }?.status == .usage)
    #expect(await failure(.dkmsDeb)?.what == "--module is for packages with a compiled module")
  }
}
