// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct OSReleaseTests {
  @Test(arguments: [
    ("ID=debian", "debian"), ("ID=\"debian\"", "debian"), ("ID='debian'", "debian"), ("ID=debian # note", "debian"),
    ("  ID=debian  ", "debian"), ("ID=\"de\\\"b\\$i\\\\an\"", "de\"b$i\\an"), ("ID='de\\b'", "de\\b"),
    ("ID=\"a b\"", "a b"), ("ID=a\\ b", "a b"), ("ID=\"un\\closed", "un\\closed"), ("ID=\"line\"\r", "line"),
  ])
  func `a value loses its quotes and escapes as in a shell`(line: String, value: String) {
    #expect(OSRelease(parsing: line)["ID"] == value)
  }

  @Test func `lines that assign nothing are passed over`() {
    let release = OSRelease(parsing: "# ID=no\n\nnonsense\n=x\n1ID=x\nA-B=x\nID=\n")
    #expect(release.values == ["ID": ""])
    #expect(release["ID"] == nil)
  }

  @Test func `the last assignment of a variable counts`() {
    #expect(OSRelease(parsing: "ID=a\nID=b\n")["ID"] == "b")
  }

  @Test func `etc is read before usr lib`() throws {
    let folder = try TemporaryFolder(["/usr/lib/os-release": "ID=vendor\n"])
    #expect(OSRelease.read(from: folder.root)?.path == "/usr/lib/os-release")
    try folder.write("/etc/os-release", "ID=local\n")
    #expect(OSRelease.read(from: folder.root)?.release["ID"] == "local")
  }
}
