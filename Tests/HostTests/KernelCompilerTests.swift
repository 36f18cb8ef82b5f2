// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct KernelCompilerTests {
  private let release = "6.1.0-1-amd64"
  private let config = KernelConfig(
    parsing: "CONFIG_CC_VERSION_TEXT=\"gcc-12 (Debian 12.2.0-14) 12.2.0\"\nCONFIG_GCC_VERSION=120200\n",
    source: "config")

  private func host(compileHeader: String? = nil, procVersion: String? = nil) throws -> TemporaryFolder {
    let folder = try TemporaryFolder(["/proc/sys/kernel/osrelease": release + "\n"])
    if let compileHeader {
      try folder.write(
        "/lib/modules/\(release)/build/include/generated/compile.h", "#define LINUX_COMPILER \"\(compileHeader)\"\n")
    }
    if let procVersion { try folder.write("/proc/version", procVersion + "\n") }
    return folder
  }

  @Test func `the configuration is trusted before the headers and those before the running kernel`() throws {
    let folder = try host(
      compileHeader: "gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40",
      procVersion: "Linux version \(release) (a@b) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld 2.40) #1 SMP")
    let log = "[    0.000000] Linux version \(release) (a@b) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld 2.40) #1 SMP\n"
    let compiler = try #require(
      KernelCompiler.detect(for: release, in: folder.root, running: release, config: config, log: log))
    #expect(compiler.statements.map(\.source) == KernelCompiler.Source.allCases)
    #expect(compiler.identity.program == "gcc-12")
    #expect(compiler.disagreements.isEmpty)
  }

  @Test func `a kernel that says otherwise of itself is reported`() throws {
    let folder = try host(
      procVersion: "Linux version \(release) (a@b) (gcc-10 (Debian 10.2.1-6) 10.2.1, GNU ld 2.35) #1")
    let compiler = try #require(KernelCompiler.detect(for: release, in: folder.root, running: release, config: config))
    #expect(compiler.identity.version.major == 12)
    #expect(compiler.disagreements.map(\.source) == [.procVersion])
  }

  @Test func `the running kernel says nothing about another one`() throws {
    let folder = try host(procVersion: "Linux version \(release) (a@b) (gcc-10 (Debian 10.2.1-6) 10.2.1) #1")
    #expect(KernelCompiler.detect(for: "6.2.0", in: folder.root, running: release, config: nil) == nil)
  }

  @Test func `a log of an earlier boot with another kernel is not heard`() throws {
    let folder = try host()
    let log = "Linux version 5.10.0 (a@b) (gcc-10 (Debian 10.2.1-6) 10.2.1) #1\n"
    #expect(KernelCompiler.detect(for: release, in: folder.root, running: release, config: nil, log: log) == nil)
  }

  @Test func `headers of another release do not speak for the target`() throws {
    let folder = try host(compileHeader: "gcc version 8.5.0 20210514 (Red Hat 8.5.0-4) (GCC)")
    #expect(KernelCompiler.detect(for: release, in: folder.root, running: nil, config: nil) != nil)
    try folder.write(
      "/lib/modules/\(release)/build/include/generated/utsrelease.h", "#define UTS_RELEASE \"6.1.0-2-amd64\"\n")
    #expect(KernelCompiler.detect(for: release, in: folder.root, running: nil, config: nil) == nil)
  }

  @Test func `a clang kernel is known by its number too`() throws {
    let config = KernelConfig(parsing: "CONFIG_CC_IS_CLANG=y\nCONFIG_GCC_VERSION=0\nCONFIG_CLANG_VERSION=180108\n")
    let compiler = try #require(
      KernelCompiler.detect(for: release, in: try TemporaryFolder().root, running: nil, config: config))
    #expect(compiler.identity.kind == .clang)
    #expect(compiler.identity.version == CompilerVersion(18, 1, 8))
  }
}
