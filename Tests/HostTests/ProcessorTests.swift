// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct ProcessorTests {
  @Test(arguments: Processor.allCases)
  func `a processor is known by uname and by a configuration`(processor: Processor) {
    #expect(Processor(machine: processor.machine) == processor)
    let option = processor == .x86 ? "X86_64" : "ARM64"
    #expect(Processor(of: KernelConfig(parsing: "CONFIG_64BIT=y\nCONFIG_\(option)=y\n")) == processor)
  }

  @Test func `others have no name here`() {
    #expect(Processor(machine: "riscv64") == nil)
    #expect(Processor(of: KernelConfig(parsing: "# CONFIG_ARM64 is not set\nCONFIG_S390=y\n")) == nil)
  }

  @Test func `the words for Kbuild`() {
    let cross = CrossCompilation(processor: .arm64, prefix: Processor.arm64.toolPrefix)
    #expect(cross.words == ["ARCH=arm64", "CROSS_COMPILE=aarch64-linux-gnu-"])
  }

  @Test func `the package of a cross compiler is named after the kernel's series and the processor`() throws {
    let gcc = try #require(CompilerIdentity(parsing: "gcc-12 (Debian 12.2.0-14) 12.2.0"))
    func advice(_ fixture: String, _ prefix: String) -> PackageAdvice {
      .crossCompiler(gcc, prefix: prefix, for: Distribution.detect(in: HostFixture(fixture).root))
    }
    #expect(advice("debian-12", "aarch64-linux-gnu-").packages == ["gcc-12-aarch64-linux-gnu"])
    #expect(advice("debian-12", "x86_64-linux-gnu-").packages == ["gcc-12-x86-64-linux-gnu"])
    #expect(advice("rocky-9", "aarch64-linux-gnu-").packages == [])
    #expect(advice("rocky-9", "aarch64-linux-gnu-").note == "install aarch64-linux-gnu-gcc 12")
  }
}
