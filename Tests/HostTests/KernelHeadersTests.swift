// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct KernelHeadersTests {
  private let build = "/lib/modules/6.1.0/build"

  private func complete() throws -> TemporaryFolder {
    try TemporaryFolder([
      build + "/Makefile": "", build + "/include/generated/autoconf.h": "",
      build + "/include/generated/utsrelease.h": "#define UTS_RELEASE \"6.1.0\"\n", build + "/Module.symvers": "x\n",
      build + "/scripts/basic/fixdep": "", build + "/scripts/mod/modpost": "",
      build + "/include/config/kernel.release": "6.1.192\n",
    ])
  }

  @Test func `complete headers are usable, whatever kernel release file says`() throws {
    let folder = try complete()
    let headers = KernelHeaders.read(for: "6.1.0", in: folder.root)
    #expect(headers.state == .present)
    #expect(headers.isUsable)
    #expect(headers.hasSymbolVersions)
    #expect(headers.missingTools.isEmpty)
    #expect(headers.folder == build)
  }

  @Test func `nothing, a dangling link and missing files are told apart`() throws {
    let folder = try TemporaryFolder()
    #expect(KernelHeaders.read(for: "6.1.0", in: folder.root).state == .missing)
    try folder.link(build, to: "/usr/src/linux-headers-6.1.0")
    #expect(
      KernelHeaders.read(for: "6.1.0", in: folder.root).state == .danglingLink(target: "/usr/src/linux-headers-6.1.0"))
    try folder.write("/usr/src/linux-headers-6.1.0/Makefile", "")
    #expect(
      KernelHeaders.read(for: "6.1.0", in: folder.root).state
        == .incomplete(missing: ["include/generated/autoconf.h", "include/generated/utsrelease.h"]))
  }

  @Test func `headers of another release are told by UTS_RELEASE`() throws {
    let folder = try complete()
    try folder.write(build + "/include/generated/utsrelease.h", "/* x */\n#define UTS_RELEASE \"6.1.0-2\"\n")
    #expect(KernelHeaders.read(for: "6.1.0", in: folder.root).state == .otherRelease("6.1.0-2"))
  }

  @Test func `objtool is missed only where the kernel was built with it`() throws {
    let folder = try complete()
    let config = KernelConfig(parsing: "CONFIG_OBJTOOL=y\n")
    #expect(
      KernelHeaders.read(for: "6.1.0", in: folder.root, config: config).missingTools == ["tools/objtool/objtool"])
  }

  @Test func `plugins are named from the files or the configuration`() throws {
    let folder = try complete()
    let config = KernelConfig(
      parsing: "CONFIG_GCC_PLUGINS=y\nCONFIG_GCC_PLUGIN_STACKLEAK=y\n# CONFIG_GCC_PLUGIN_RANDSTRUCT is not set\n")
    #expect(KernelHeaders.read(for: "6.1.0", in: folder.root, config: config).gccPlugins == ["stackleak"])
    try folder.write(build + "/scripts/gcc-plugins/structleak_plugin.so", "")
    #expect(KernelHeaders.read(for: "6.1.0", in: folder.root).gccPlugins == ["structleak_plugin"])
  }
}
