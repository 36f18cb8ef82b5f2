// SPDX-License-Identifier: Apache-2.0
import Assets
import Glibc
import Host
import Packaging
import SystemPackage
import Testing

struct CarriedFileTests {
  static let repository = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

  @Test func `the list of carried files is current`() {
    #expect(system("\(Self.repository)/Tools/assets.sh --check >&2") == 0)
  }

  @Test(arguments: ["module-src/", "templates/"])
  func `each carried file has the bytes of its file`(folder: String) throws {
    let files = CarriedFile.all(in: folder)
    #expect(!files.isEmpty)
    for file in files {
      let bytes = try FileRoot(Self.repository).bytes("/" + folder + file.path)
      #expect(file.bytes == bytes, "\(folder)\(file.path)")
    }
  }

  @Test func `the module's source is all there`() {
    let paths = CarriedFile.all(in: "module-src/").map(\.path)
    #expect(paths == paths.sorted())
    for needed in ["Kbuild", "main.c", "compat.h", "probes/probes.c", "uapi/toa.h"] { #expect(paths.contains(needed)) }
  }

  @Test func `a file that is not carried is nil`() {
    #expect(CarriedFile.named("module-src/absent.c") == nil)
    #expect(CarriedFile.named("module-src/main.c") != nil)
  }

  @Test func `past the end of the table there is nothing`() {
    let end = assets_count()
    #expect(assets_path(end) == nil && assets_bytes(end) == nil && assets_size(end) == 0)
  }
}
