// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

struct ModuleCompressionTests {
  private static let folder = "/lib/modules/6.1"

  private static func detect(_ files: [String: String], config: String? = nil) throws -> ModuleCompression {
    let folder = try TemporaryFolder(Dictionary(uniqueKeysWithValues: files.map { (Self.folder + $0.key, $0.value) }))
    return .detect(for: "6.1", in: folder.root, config: config.map { KernelConfig(parsing: $0) })
  }

  @Test func `the kernel's own modules say it, not those that were added`() throws {
    let index = "updates/toa.ko:\nextra/x.ko.gz:\nkernel/net/a.ko.xz: kernel/lib/b.ko.xz\n"
    #expect(try Self.detect(["/modules.dep": index]) == .xz)
    #expect(try Self.detect(["/modules.dep": "kernel/a.ko.zst:\n"], config: "CONFIG_MODULE_COMPRESS_XZ=y\n") == .zstd)
    #expect(try Self.detect(["/modules.dep": "kernel/a.ko:\n"], config: "CONFIG_MODULE_COMPRESS_XZ=y\n") == .none)
  }

  @Test func `without an index the files say it`() throws {
    #expect(try Self.detect(["/kernel/net/ipv4/a.ko.gz": "", "/kernel/readme": ""]) == .gzip)
  }

  @Test func `without files the configuration says it, and without that nothing is compressed`() throws {
    #expect(try Self.detect([:], config: "CONFIG_MODULE_COMPRESS=y\nCONFIG_MODULE_COMPRESS_XZ=y\n") == .xz)
    #expect(try Self.detect([:], config: "CONFIG_MODULE_COMPRESS_GZIP=y\n") == .gzip)
    #expect(try Self.detect([:], config: "CONFIG_MODULE_COMPRESS_ZSTD=y\n") == .zstd)
    #expect(try Self.detect([:], config: "CONFIG_MODULE_COMPRESS_NONE=y\n") == .none)
    #expect(try Self.detect([:]) == .none)
  }

  @Test func `the commands are Kbuild's`() {
    #expect(ModuleCompression.none.command("/m/toa.ko") == nil)
    #expect(ModuleCompression.gzip.command("/m/toa.ko")?.typed == "gzip -n -f /m/toa.ko")
    #expect(
      ModuleCompression.xz.command("/m/toa.ko")?.typed == "xz --check=crc32 --lzma2=dict=1MiB -f /m/toa.ko")
    #expect(ModuleCompression.zstd.command("/m/toa.ko")?.typed == "zstd --rm -f -q /m/toa.ko")
  }
}

struct PackageFormatTests {
  @Test func `a file's name tells the package`() {
    let named = [
      (PackageFormat.deb, "toa-ebpf", "amd64"), (.deb, "toa-modules-6.1.0-56-cloud-amd64", "amd64"),
      (.rpm, "toa-ebpf", "x86_64"), (.rpm, "kmod-toa-4.18.0-348.7.1.el8_5.x86_64", "x86_64"),
    ]
    for (format, name, architecture) in named {
      let file = format.fileName(name, version: "0.1.0-1", architecture: architecture)
      #expect(PackageFormat.packageName(ofFile: "/d/" + file) == name)
    }
    #expect(PackageFormat.rpm.fileName("toa", version: "0.1.0-1", architecture: "noarch") == "toa-0.1.0-1.noarch.rpm")
    #expect(PackageFormat.deb.fileName("toa", version: "0.1.0-1", architecture: "all") == "toa_0.1.0-1_all.deb")
  }

  @Test func `a missing builder is named with what installs it`() {
    func advice(_ format: PackageFormat, _ id: String) -> [String] {
      format.builderAdvice(for: Distribution(id: id)).commands.map(\.typed)
    }
    #expect(advice(.rpm, "debian") == ["apt-get install rpm"])
    #expect(advice(.rpm, "rocky") == ["dnf install rpm-build"])
    #expect(advice(.deb, "sles") == ["zypper install dpkg"])
  }
}
