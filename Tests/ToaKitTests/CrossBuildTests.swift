// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// `toa build` for a kernel of another processor, on an x86-64 host that has its headers.
struct CrossBuildTests {
  static let kernel = "6.1.0-56-cloud-arm64"
  static let compiler = "/usr/bin/aarch64-linux-gnu-gcc-12"
  let host: FakeHost

  init() throws {
    host = try FakeHost()
    _ = FakeApt(host).install([FakeApt.headers, "gcc-12", "make"])
    let native = try host.files.text("/boot/config-\(FakeHost.kernel)")
    host.write("/boot/config-\(FakeHost.kernel)", native + "CONFIG_X86_64=y\n")
    host.write("/boot/config-\(Self.kernel)", native + "# CONFIG_X86_64 is not set\nCONFIG_ARM64=y\n")
    host.write("/lib/modules/\(Self.kernel)/modules.dep", "")
    for name in ["Makefile", "Module.symvers", "include/generated/autoconf.h", "include/generated/utsrelease.h"] {
      let text = try host.files.text("/usr/src/\(FakeApt.headers)/\(name)")
      host.write(
        "/lib/modules/\(Self.kernel)/build/\(name)", text.replacing(FakeHost.kernel, with: Self.kernel))
    }
  }

  private func addCompiler(series: String = "12") {
    let path = "/usr/bin/aarch64-linux-gnu-gcc-\(series)"
    host.write(path, "gcc")
    host[\.answers]["\(path) --version"] = CommandResult(
      status: 0, output: "aarch64-linux-gnu-gcc-\(series) (Debian \(series).2.0-14) \(series).2.0\n")
    host[\.answers]["\(path) -dumpfullversion"] = CommandResult(status: 0, output: "\(series).2.0\n")
    host[\.answers]["\(path) -dumpmachine"] = CommandResult(status: 0, output: "aarch64-linux-gnu\n")
  }

  private func build(
    kernel: String = kernel, compiler: String? = nil, prefix: String? = nil
  ) async throws(ToaError) -> BuildDocument {
    try await Builder(host.system, host.console).build(
      BuildRequest(kernel: kernel, out: "/built", compiler: compiler, crossCompile: prefix, dryRun: true))
  }

  private func failure(
    kernel: String = kernel, compiler: String? = nil, prefix: String? = nil
  ) async -> ToaError? {
    do throws(ToaError) {
      _ = try await build(kernel: kernel, compiler: compiler, prefix: prefix)
      return nil
    } catch { return error }
  }

  @Test func `Kbuild is told the processor and gets the kernel's own series of compilers`() async throws {
    addCompiler(series: "11")
    addCompiler()
    let document = try await build(prefix: "aarch64-linux-gnu-")
    #expect(document.compiler == Self.compiler)
    #expect(
      host.transcript.out
        == "# make -C /lib/modules/\(Self.kernel)/build M=/built/.toa-build CC=\(Self.compiler) ARCH=arm64 "
        + "CROSS_COMPILE=aarch64-linux-gnu- modules\n# aarch64-linux-gnu-strip -g /built/.toa-build/toa.ko\n")
  }

  @Test func `a kernel of this machine's processor is told nothing`() async throws {
    _ = try await build(kernel: FakeHost.kernel)
    #expect(
      host.transcript.out
        == "# make -C /lib/modules/\(FakeHost.kernel)/build M=/built/.toa-build CC=/usr/bin/gcc-12 modules\n"
        + "# strip -g /built/.toa-build/toa.ko\n")
  }

  @Test func `without a prefix another processor's kernel is refused before this machine's compiler sees it`() async {
    #expect(
      await failure()
        == ToaError(
          .toolchainMismatch, "kernel \(Self.kernel) is for aarch64, this machine is x86_64",
          why: "the compilers of this machine make no code for it",
          next: [
            "apt-get install gcc-12-aarch64-linux-gnu",
            "toa build --kernel \(Self.kernel) --cross-compile aarch64-linux-gnu-",
          ]))
  }

  @Test func `this machine's own compiler never serves for another processor`() async {
    let error = await failure(prefix: "aarch64-linux-gnu-")
    #expect(error?.status == .toolchainMismatch)
    #expect(error?.next.first == "apt-get install gcc-12-aarch64-linux-gnu")
    host.write("/usr/bin/gcc", "gcc")
    #expect(await failure(prefix: "aarch64-linux-gnu-")?.status == .toolchainMismatch)
  }

  @Test func `another series for the right processor is refused with the package that brings the right one`() async {
    host.write("/usr/bin/aarch64-linux-gnu-gcc", "gcc")
    host[\.answers]["/usr/bin/aarch64-linux-gnu-gcc --version"] = CommandResult(
      status: 0, output: "aarch64-linux-gnu-gcc (Debian 10.2.1-6) 10.2.1\n")
    host[\.answers]["/usr/bin/aarch64-linux-gnu-gcc -dumpfull"] = CommandResult(status: 0, output: "10.2.1\n")
    host[\.answers]["/usr/bin/aarch64-linux-gnu-gcc -dumpmachine"] = CommandResult(
      status: 0, output: "aarch64-linux-gnu\n")
    let error = await failure(prefix: "aarch64-linux-gnu-")
    #expect(error?.status == .toolchainMismatch)
    #expect(error?.why.contains("an older series") == true)
    #expect(error?.next.first == "apt-get install gcc-12-aarch64-linux-gnu")
  }

  @Test func `a kernel whose processor nobody knows is not guessed`() async throws {
    addCompiler()
    for path in ["/boot/config-\(Self.kernel)"] {
      host.write(path, try host.files.text(path).replacing("CONFIG_ARM64=y", with: "CONFIG_S390=y"))
    }
    let error = await failure(prefix: "aarch64-linux-gnu-")
    #expect(error?.status == .notApplicable)
    #expect(error?.what == "cannot build for kernel \(Self.kernel) with aarch64-linux-gnu-")
  }
}
