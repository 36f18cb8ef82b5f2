// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@Suite struct FileRootTests {
  @Test func `links stay inside the root`() throws {
    let folder = try TemporaryFolder(["/usr/lib/a": "inside"])
    try folder.link("/lib", to: "usr/lib")
    try folder.link("/abs", to: "/usr/lib/a")
    try folder.link("/out", to: "../../../../../etc/passwd")
    #expect(try folder.root.text("/lib/a") == "inside")
    #expect(try folder.root.text("/abs") == "inside")
    #expect(!folder.root.exists("/out"))
    #expect(folder.root.resolve("/out") == "/etc/passwd")
    #expect(folder.root.resolve("/lib/../x") == "/usr/x")
    #expect(folder.root.linkTarget("/abs") == "/usr/lib/a")
  }

  @Test(arguments: ["", "\n", "a", "a\n", "\n\na\n\nb", "a\nb\n"]) func `lines come one by one`(text: String) throws {
    let folder = try TemporaryFolder(["/f": text])
    var lines: [String] = []
    try folder.root.forEachLine("/f") { lines.append(String(decoding: $0, as: UTF8.self)) }
    var expected = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if expected.last == "" { expected.removeLast() }
    #expect(lines == expected)
  }

  @Test func `long lines and long files are read whole`() throws {
    let long = String(repeating: "y", count: 200_000)
    let texts = (0..<3000).map { "\($0) " + String(repeating: "x", count: $0 * 71 % 997) } + [long]
    let folder = try TemporaryFolder(["/f": texts.joined(separator: "\n")])
    var lines: [String] = []
    try folder.root.forEachLine("/f") { lines.append(String(decoding: $0, as: UTF8.self)) }
    #expect(lines == texts)
    #expect(throws: FileError.self) { try folder.root.forEachLine("/missing") { _ in } }
  }

  @Test func `a loop of links leads nowhere`() throws {
    let folder = try TemporaryFolder()
    try folder.link("/a", to: "b")
    try folder.link("/b", to: "a")
    #expect(folder.root.resolve("/a") == nil)
    #expect(!folder.root.exists("/a"))
    #expect(throws: FileError.self) { try folder.root.text("/a") }
  }

  @Test func `an error says what was tried on which path`() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: FileError.self) { try folder.root.text("/etc/os-release") }
    #expect(error?.description == "cannot read /etc/os-release: No such file or directory")
  }

  @Test func `a written file replaces the old one whole`() throws {
    let folder = try TemporaryFolder(["/etc/a": "old"])
    try folder.root.write("/etc/a", Array("new".utf8), mode: 0o600)
    #expect(try folder.root.text("/etc/a") == "new")
    #expect(folder.root.mode("/etc/a") == 0o600)
    #expect(folder.root.list("/etc") == ["a"])
    try folder.root.append("/etc/a", Array("er".utf8))
    #expect(folder.root.line("/etc/a") == "newer")
  }

  @Test func `a folder is removed with all in it and links are not followed`() throws {
    let folder = try TemporaryFolder(["/a/b/c": "x", "/keep/d": "y"])
    try folder.link("/a/link", to: "/keep")
    try folder.root.remove("/a")
    try folder.root.remove("/a")
    #expect(!folder.root.exists("/a"))
    #expect(folder.root.exists("/keep/d"))
  }

  @Test func `files are the same when every byte is, in the last part too`() throws {
    let long = [UInt8](repeating: 7, count: 200_000)
    let folder = try TemporaryFolder(["/empty": "", "/short": "x"])
    try folder.write("/a", long)
    try folder.write("/b", long)
    try folder.write("/c", long.dropLast() + [8])
    #expect(folder.root.hasSameBytes("/a", as: "/b"))
    #expect(!folder.root.hasSameBytes("/a", as: "/c"))
    #expect(!folder.root.hasSameBytes("/a", as: "/short"))
    #expect(!folder.root.hasSameBytes("/a", as: "/none"))
    #expect(folder.root.hasSameBytes("/empty", as: "/empty"))
  }

  @Test func `at most the limit is read`() throws {
    let folder = try TemporaryFolder(["/a": String(repeating: "x", count: 100)])
    #expect(try folder.root.bytes("/a", limit: 10).count == 10)
  }

  @Test(arguments: [
    ("gcc-12", "gcc-12"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$HOME", "'$HOME'"),
    ("a\nb", "'a\nb'"),
  ])
  func `words are quoted as a shell needs them`(word: String, quoted: String) {
    #expect(shellQuoted(word) == quoted)
  }

  @Test func `a command is typed with its folder and variables`() {
    let command = Command("make", ["-C", "/a b"], environment: ["B": "2", "A": "x y"], workingDirectory: "/tmp")
    #expect(command.typedWithVariables == "cd /tmp && A='x y' B=2 make -C '/a b'")
    #expect(command.typed == "cd /tmp && make -C '/a b'")
  }
}
