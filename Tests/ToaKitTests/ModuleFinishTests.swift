// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// The finishing of an object file by the real programs.
struct ModuleFinishTests {
  let tree: TestTree
  var module: String { tree.root.location.string + "/toa.ko" }

  init() throws { tree = try TestTree([:]) }

  private var system: System {
    var system = System.untouched().with(files: FileRoot()).with(Transcript())
    system.run = .live()
    return system
  }

  private func compile() async throws {
    try FileRoot().write(module + ".c", Array("int toa(int a) { return a + 1; }\n".utf8))
    let command = Command("gcc", ["-g", "-c", "-o", module, module + ".c"])
    try #require(try await CommandRunner.live().run(command).status == 0)
  }

  private func finish(_ compression: ModuleCompression, strip: String? = "strip") async throws -> [UInt8] {
    try await compile()
    let finish = ModuleFinish(module: module, strip: strip, compression: compression)
    let output = try await finish.run(system, Console(system.terminal))
    #expect(output == finish.output && (compression == .none || !FileRoot().exists(module)))
    return try FileRoot().bytes(output)
  }

  @Test(arguments: ModuleCompression.allCases)
  func `stripped and compressed, the same module twice gives the same bytes`(compression: ModuleCompression)
    async throws
  {
    let first = try await finish(compression)
    #expect(try await finish(compression) == first)
    let whole = try await finish(compression, strip: nil)
    #expect(whole.count > first.count)
    let magic: [UInt8] =
      switch compression {
      case .none: [0x7F, 0x45]
      case .gzip: [0x1F, 0x8B]
      case .xz: [0xFD, 0x37]
      case .zstd: [0x28, 0xB5]
      }
    #expect(first.starts(with: magic))
  }

  @Test func `the plan says what is done and with which commands`() {
    let finish = ModuleFinish(module: "/b/toa.ko", strip: "strip", compression: .xz)
    #expect(finish.title == "strip and compress toa.ko with xz, as the kernel's own modules are")
    #expect(
      finish.typedCommands == ["strip -g /b/toa.ko", "xz --check=crc32 --lzma2=dict=1MiB -f /b/toa.ko"])
    #expect(finish.output == "/b/toa.ko.xz")
    #expect(ModuleFinish(module: "/b/toa.ko", strip: "strip", compression: .none).title == "strip toa.ko")
  }

  @Test func `a program that fails or is not there is an error with what to do`() async throws {
    let system = system
    await #expect {
      try await ModuleFinish(module: "/absent/toa.ko", strip: "strip", compression: .none).run(
        system, Console(system.terminal))
    } throws: { error in
      (error as? ToaError)?.next == ["run it by hand: strip -g /absent/toa.ko"]
    }
    await #expect {
      try await ModuleFinish(module: "/absent/toa.ko", strip: "no-such-strip", compression: .none).run(
        system, Console(system.terminal))
    } throws: { error in
      (error as? ToaError)?.next == ["install binutils, then run the same command again"]
    }
  }
}
