// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

/// What make(1) is told for kernels that clang built.
struct LLVMToolsTests {
  private func words(
    _ path: String, _ version: KernelVersion, onPath: Bool = true, config: String = "CONFIG_LD_IS_LLD=y\n"
  )
    -> [String]
  {
    LLVMTools(
      clang: path, kernel: version, config: KernelConfig(parsing: config, source: "test"), isOnPath: onPath
    ).words
  }

  @Test func `the clang without a suffix has all of its tools on PATH`() {
    #expect(words("/usr/bin/clang", KernelVersion(6, 11)) == ["LLVM=1"])
    #expect(words("/usr/bin/clang", KernelVersion(5, 4)) == ["LLVM=1"])
  }

  @Test func `where only clang-18 is there, the suffix goes on for all of them`() {
    #expect(words("/usr/bin/clang-18", KernelVersion(6, 11)) == ["LLVM=-18"])
    #expect(words("/usr/bin/clang-18", KernelVersion(5, 18)) == ["LLVM=-18"])
  }

  @Test func `a clang outside of PATH takes its folder`() {
    #expect(words("/usr/lib/llvm-18/bin/clang", KernelVersion(6, 11), onPath: false) == ["LLVM=/usr/lib/llvm-18/bin/"])
  }

  @Test func `kernels before 5.18 know no suffix, so each tool is named`() {
    #expect(
      words("/usr/bin/clang-14", KernelVersion(5, 15)) == [
        "LLVM=1", "CC=clang-14", "LD=ld.lld-14", "AR=llvm-ar-14", "NM=llvm-nm-14", "OBJCOPY=llvm-objcopy-14",
        "OBJDUMP=llvm-objdump-14", "READELF=llvm-readelf-14", "STRIP=llvm-strip-14",
      ])
  }

  @Test func `a kernel linked with ld of binutils takes only the compiler`() {
    let tools = LLVMTools(
      clang: "/usr/bin/clang-14", kernel: KernelVersion(6, 1),
      config: KernelConfig(parsing: "CONFIG_LD_IS_BFD=y\n", source: "test"))
    #expect(tools.words == ["CC=/usr/bin/clang-14"])
    #expect(tools.linker == "ld")
  }

  @Test(arguments: [
    ("/usr/bin/clang", true, "ld.lld"), ("/usr/bin/clang-18", true, "ld.lld-18"),
    ("/usr/lib/llvm-18/bin/clang", false, "/usr/lib/llvm-18/bin/ld.lld"),
  ])
  func `the linker is the one beside the compiler`(path: String, onPath: Bool, linker: String) {
    let tools = LLVMTools(clang: path, kernel: KernelVersion(6, 11), config: nil, isOnPath: onPath)
    #expect(tools.linker == linker)
  }
}
