// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct SigningToolTests {
  private func found(_ release: String, _ files: [String], programs: [String: String] = [:]) throws -> String? {
    let folder = try TemporaryFolder(Dictionary(uniqueKeysWithValues: files.map { ($0, "") }))
    let runner = CommandRunner(
      run: { command throws(CommandError) in throw CommandError(command: command, reason: "not asked") },
      stream: { command, _ throws(CommandError) in throw CommandError(command: command, reason: "not asked") },
      find: { programs[$0] })
    return SigningTool.find(for: try #require(KernelRelease(release)), in: folder.root, using: runner)
  }

  private static func kbuild(_ version: String) -> String { "/usr/lib/linux-kbuild-\(version)/scripts/sign-file" }

  @Test func `the headers' own program comes first`() throws {
    let own = "/lib/modules/6.1.0-56-amd64/build/scripts/sign-file"
    #expect(try found("6.1.0-56-amd64", [own, Self.kbuild("6.1")]) == own)
    #expect(SigningTool.standard(for: try #require(KernelRelease("6.1.0-56-amd64"))) == own)
  }

  @Test func `Debian's build tools of the series do, named with or without the rest of the version`() throws {
    #expect(try found("6.1.0-56-amd64", [Self.kbuild("5.10"), Self.kbuild("6.1")]) == Self.kbuild("6.1"))
    #expect(
      try found("6.12.117+deb12-amd64", [Self.kbuild("6.1"), Self.kbuild("6.12.117+deb12")])
        == Self.kbuild("6.12.117+deb12"))
    #expect(try found("6.12.117+deb12-amd64", [Self.kbuild("6.12+x")]) == Self.kbuild("6.12+x"))
  }

  @Test func `another kernel's program signs the same way since 4 point 3`() throws {
    #expect(try found("6.6.0-1-amd64", [Self.kbuild("6.1"), Self.kbuild("6.12")]) == Self.kbuild("6.12"))
    #expect(try found("6.6.0-1-amd64", [Self.kbuild("3.16")]) == nil)
    #expect(try found("3.10.0-1160.el7.x86_64", [Self.kbuild("6.1")]) == nil)
    #expect(try found("6.6.0-1-amd64", []) == nil)
  }

  @Test func `keys are taken only with their certificates, toa's own first`() throws {
    let files = [
      "/var/lib/toa/keys/toa.key", "/var/lib/dkms/mok.key", "/var/lib/dkms/mok.pub",
      "/var/lib/shim-signed/mok/MOK.priv", "/var/lib/shim-signed/mok/MOK.der",
    ]
    let release = try #require(KernelRelease("6.1.0-56-amd64"))
    let folder = try TemporaryFolder(Dictionary(uniqueKeysWithValues: files.map { ($0, "") }))
    #expect(SigningKeyFiles.all(for: release, in: folder.root).map(\.maker) == [.ubuntu, .dkms])
    try folder.write("/var/lib/toa/keys/toa.der", "")
    try folder.write("/lib/modules/6.1.0-56-amd64/build/certs/signing_key.pem", "")
    try folder.write("/lib/modules/6.1.0-56-amd64/build/certs/signing_key.x509", "")
    #expect(SigningKeyFiles.all(for: release, in: folder.root).map(\.maker) == [.toa, .ubuntu, .dkms, .kernel])
    #expect(SigningKeyFiles(.user, key: "pkcs11:object=fleet", certificate: "/c.der").isInToken)
    #expect(!SigningKeyFiles.own.isInToken)
  }
}
