// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// `toa build --kernel-dir`: headers of a kernel that this host never had.
struct KernelDirTests {
  static let release = "6.1.0-99-other"
  static let folder = "/srv/headers/usr/src/linux-headers-\(release)"
  let host: FakeHost

  init() throws {
    host = try FakeHost()
    _ = FakeApt(host).install([FakeApt.headers, "gcc-12", "make"])
    let config = try host.files.text("/boot/config-\(FakeHost.kernel)")
    host.write(Self.folder + "/.config", config + "CONFIG_X86_64=y\n")
    host.write(Self.folder + "/Makefile", "include /usr/src/linux-headers-6.1.0-99-common/Makefile\n")
    host.write("/srv/headers/usr/src/linux-headers-6.1.0-99-common/Makefile", "")
    for name in ["Module.symvers", "include/generated/autoconf.h", "scripts/basic/fixdep", "scripts/mod/modpost"] {
      host.write(Self.folder + "/" + name, "x\n")
    }
    host.write(Self.folder + "/include/generated/utsrelease.h", "#define UTS_RELEASE \"\(Self.release)\"\n")
    if config.contains("CONFIG_OBJTOOL=y") || config.contains("CONFIG_STACK_VALIDATION=y") {
      host.write(Self.folder + "/tools/objtool/objtool", "x\n")
    }
    host[\.builtFor] = Self.release
    try host.files.makeDirectory("/built")
  }

  private func build(_ folders: [String], layout: Bool = false) async throws(ToaError) -> BuildDocument {
    try await Builder(host.system, host.console).build(
      BuildRequest(kernelDirs: folders, out: "/built", layout: layout))
  }

  private func failure(_ folder: String) async -> ToaError? {
    do throws(ToaError) {
      _ = try await build([folder])
      return nil
    } catch { return error }
  }

  @Test func `release, configuration and compiler come from the folder; Debian's common headers from beside it`()
    async throws
  {
    let document = try await build([Self.folder])
    #expect(document.kernel == Self.release)
    #expect(
      host.changes.contains(
        "make -C /srv/headers/usr/src/linux-headers-6.1.0-99-common O=\(Self.folder) M=/built/.toa-build "
          + "CC=/usr/bin/gcc-12 modules"))
    let manifest = try #require(ModuleManifest.read(try host.files.text("/built/toa.ko.json")))
    #expect(manifest == document.manifest)
    #expect(manifest.kernel == Self.release)
    #expect(manifest.architecture == "x86_64")
    #expect(manifest.file == "toa.ko")
    #expect(manifest.size == host.files.size("/built/toa.ko"))
    #expect(manifest.configSha256 != nil)
    #expect(host.files.list("/built") == ["toa-build.log", "toa.ko", "toa.ko.json"])
  }

  @Test func `with --layout each kernel has a folder of its own`() async throws {
    let document = try await build([Self.folder], layout: true)
    #expect(document.module == "/built/\(Self.release)/x86_64/toa.ko")
    #expect(host.files.exists("/built/\(Self.release)/x86_64/toa.ko.json"))
  }

  @Test func `what is no kernel's headers, or not all of them, ends with 21 and names what is missing`() async throws {
    #expect(await failure("/srv/headers")?.status == .headersMissing)
    try host.files.remove(Self.folder + "/Module.symvers")
    try host.files.remove(Self.folder + "/scripts/mod/modpost")
    let error = try #require(await failure(Self.folder))
    #expect(error.status == .headersMissing)
    #expect(error.why == "missing: scripts/mod/modpost, Module.symvers")
  }

  @Test func `several kernels need --layout, and one that fails does not keep the others from theirs`() async throws {
    let folders = ["/srv/headers", Self.folder]
    await #expect(throws: ToaError.self) {
      try await Builder(host.system, host.console).buildAll(BuildRequest(kernelDirs: folders, out: "/built"))
    }
    do throws(ToaError) {
      _ = try await Builder(host.system, host.console).buildAll(
        BuildRequest(kernelDirs: folders, out: "/built", layout: true))
      Issue.record("no error")
    } catch {
      #expect(error.status == .headersMissing)
      #expect(error.what == "1 of 2 kernels have no module")
    }
    #expect(host.files.exists("/built/\(Self.release)/x86_64/toa.ko.json"))
  }

  @Test func `a manifest of another shape, or that names a file elsewhere, is none`() throws {
    let manifest = ModuleManifest(
      kernel: "6.1.0", architecture: "x86_64", configSha256: nil, compiler: "gcc 12",
      sourceSha256: String(repeating: "a", count: 64), sha256: String(repeating: "b", count: 64), file: "toa.ko.xz",
      size: 1)
    #expect(ModuleManifest.read(manifest.text) == manifest)
    var other = manifest
    other.file = "../toa.ko"
    #expect(ModuleManifest.read(other.text) == nil)
    other = manifest
    other.schema = "toa.module/2"
    #expect(ModuleManifest.read(other.text) == nil)
    #expect(ModuleManifest.read("{}") == nil)
  }
}
