// SPDX-License-Identifier: Apache-2.0
import Glibc
import Kmod
import Testing

struct ModuleFileTests {
  @Test func `modprobe's file for a name is found below another root, updates before kernel`() throws {
    let tree = try ModuleTree()
    let library = KmodLibrary(root: tree.root)
    #expect(library.file(for: "toa", release: ModuleTree.release) == "/lib/modules/9.9.9-test/updates/toa.ko")
    #expect(library.file(for: "base", release: ModuleTree.release) == "/lib/modules/9.9.9-test/kernel/base.ko")
  }

  @Test func `an unknown name and an unknown release have no file`() throws {
    let tree = try ModuleTree()
    let library = KmodLibrary(root: tree.root + "/")
    #expect(library.file(for: "absent", release: ModuleTree.release) == nil)
    #expect(library.file(for: "toa", release: "1.2.3-none") == nil)
  }

  static let fields = [
    ModuleField(key: "version", value: "0.1.0"), ModuleField(key: "license", value: "GPL v2"),
    ModuleField(key: "vermagic", value: "9.9.9-test SMP mod_unload "),
    ModuleField(key: "parm", value: "trusted:prefixes, comma separated (charp)"),
  ]

  @Test(arguments: [("true", ""), ("xz --check=crc32", ".xz"), ("zstd -q --rm", ".zst")])
  func `modinfo fields are read in file order, compressed or not`(compressor: String, suffix: String) throws {
    let tree = try ModuleTree()
    try shell("cd \(tree.updates) && \(compressor) toa.ko")
    #expect(try KmodLibrary().information(at: "\(tree.updates)/toa.ko\(suffix)") == Self.fields)
  }

  @Test func `a gzip module is read or refused with ENOEXEC, as libkmod was built`() throws {
    // Debian builds libkmod without zlib; the static toa has it.
    let tree = try ModuleTree()
    try shell("gzip \(tree.updates)/toa.ko")
    let readsGzip = system("kmod --version | grep -q '+ZLIB'") == 0
    do throws(KmodError) {
      #expect(try KmodLibrary().information(at: "\(tree.updates)/toa.ko.gz") == Self.fields)
    } catch {
      #expect(!readsGzip && error.errno == ENOEXEC)
    }
  }

  @Test func `the symbols that a file needs are read`() throws {
    let tree = try ModuleTree()
    let symbols = try KmodLibrary().neededSymbols(at: "\(tree.updates)/toa.ko")
    #expect(symbols == [ModuleSymbol(name: "base_call")])
  }

  @Test func `a file that is not there fails with ENOENT`() throws {
    let error = #expect(throws: KmodError.self) { try KmodLibrary().information(at: "/nowhere/toa.ko") }
    #expect(error?.operation == "open" && error?.subject == "/nowhere/toa.ko" && error?.errno == ENOENT)
  }

  @Test func `a file that is no module fails to be read`() throws {
    let tree = try ModuleTree()
    try shell("yes text | head -c 4096 >\(tree.root)/toa.ko")
    let error = #expect(throws: KmodError.self) { try KmodLibrary().information(at: "\(tree.root)/toa.ko") }
    #expect(error?.operation == "read" && error?.errno == ENOEXEC)
  }
}
