// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct KernelConfigTests {
  private let config = KernelConfig(
    parsing: """
      # Automatically generated file; DO NOT EDIT.
      CONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14) 12.2.0"
      CONFIG_GCC_VERSION=120200
      CONFIG_MODULES=y
      CONFIG_IP_VS=m
      # CONFIG_MODULE_SIG_FORCE is not set
      CONFIG_EMPTY=""
      CONFIG_QUOTED="a \\"b\\" c"
      CONFIG_BASE=0xffffffff
      CONFIG_NEGATIVE=-1
      CONFIG_ODD=12abc
      """, source: "/boot/config")

  @Test func `each kind of value is read`() {
    #expect(config["MODULES"] == .yes)
    #expect(config["CONFIG_IP_VS"] == .module)
    #expect(config["MODULE_SIG_FORCE"] == .no)
    #expect(config["ABSENT"] == nil)
    #expect(config.string("CC_VERSION_TEXT") == "gcc-12 (Debian 12.2.0-14) 12.2.0")
    #expect(config.string("EMPTY") == "")
    #expect(config.string("QUOTED") == "a \"b\" c")
    #expect(config.number("GCC_VERSION") == 120200)
    #expect(config.number("BASE") == 0xffff_ffff)
    #expect(config.number("NEGATIVE") == -1)
    #expect(config["ODD"] == .other("12abc"))
  }

  @Test func `built in and modular options are enabled, others not`() {
    #expect(config.isEnabled("MODULES"))
    #expect(config.isEnabled("IP_VS"))
    #expect(!config.isEnabled("MODULE_SIG_FORCE"))
    #expect(!config.isEnabled("ABSENT"))
  }

  @Test func `options that change a module's layout are compared`() {
    let other = KernelConfig(parsing: "CONFIG_SMP=y\nCONFIG_MODULES=y\nCONFIG_GCC_VERSION=110000\nCONFIG_IP_VS=y\n")
    #expect(
      config.differences(from: other).map(\.name) == ["CONFIG_SMP", "CONFIG_CC_VERSION_TEXT", "CONFIG_GCC_VERSION"])
  }

  @Test func `headers come first and those of another release are not asked`() throws {
    let folder = try TemporaryFolder([
      "/boot/config-6.1.0": "CONFIG_A=y\n", "/lib/modules/6.1.0/build/.config": "CONFIG_B=y\n",
      "/lib/modules/6.1.0/build/include/generated/utsrelease.h": "#define UTS_RELEASE \"6.1.0\"\n",
    ])
    #expect(KernelConfig.read(for: "6.1.0", in: folder.root)?.source == "/lib/modules/6.1.0/build/.config")
    try folder.write(
      "/lib/modules/6.1.0/build/include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.9\"\n")
    #expect(KernelConfig.read(for: "6.1.0", in: folder.root)?.source == "/boot/config-6.1.0")
  }

  @Test func `the running kernel's own copy is the last resort`() async throws {
    let folder = try TemporaryFolder(["/proc/config.gz": "not really gzip"])
    let runner = scriptedRunner { $0.program == "zcat" ? "CONFIG_MODULES=y\n" : nil }
    let own = await KernelConfig.read(for: "6.1.0", in: folder.root, running: "6.1.0", using: runner)
    #expect(own?.source == "/proc/config.gz")
    let other = await KernelConfig.read(for: "6.2.0", in: folder.root, running: "6.1.0", using: runner)
    #expect(other == nil)
  }
}
