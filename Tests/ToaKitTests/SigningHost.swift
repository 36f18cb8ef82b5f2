// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

@testable import ToaKit

/// A host with the real openssl and a stand-in for the kernel's sign-file.
struct SigningHost: Sendable {
  static let release = "6.1.0-56-cloud-amd64"
  static let config = "/boot/config-\(release)"
  static let signFile = "/lib/modules/\(release)/build/scripts/sign-file"
  static let module = "/lib/modules/\(release)/updates/toa.ko"
  /// Enough of a module.
  static let content = Array("\u{7F}ELF vermagic=\(release) and code".utf8)

  let tree: TestTree
  let transcript = Transcript()
  var system: System

  /// Keys are slow to make: one pair for all tests, and a stranger's.
  static let keys = KeyCache()

  init(_ files: [String: String] = [:], programs: Set<String> = ["openssl"]) throws {
    let base = [
      "/etc/os-release": "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
      "/proc/sys/kernel/osrelease": Self.release + "\n", "/run/": "", "/usr/lib/": "",
      "/lib/modules/\(Self.release)/kernel/": "", "/boot/vmlinuz-\(Self.release)": "",
      Self.config: "CONFIG_MODULES=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_HASH=\"sha256\"\n",
    ]
    tree = try TestTree(base.merging(files) { $1 })
    let live = CommandRunner.live()
    let place = try #require(tree.root.locate("/"))
    system = System.untouched().with(files: tree.root).with(transcript)
      .with(Identity(kernelRelease: Self.release, machine: "x86_64", userID: 0))
    system.run = CommandRunner(
      run: { command async throws(CommandError) in
        if command.program.hasPrefix(place) {
          // Read by a shell: what this process has open for writing while another test forks cannot be executed.
          var script = command
          script.program = "sh"
          script.arguments.insert(command.program, at: 0)
          return try await live.run(script)
        }
        guard programs.contains(command.program) else {
          throw CommandError(command: command, reason: "not found on PATH")
        }
        return try await live.run(command)
      },
      stream: { command, _ throws(CommandError) in throw CommandError(command: command, reason: "not asked") },
      find: { programs.contains($0) ? live.find($0) : nil })
    system.modules = .untouched()
    let program = FixtureFolder.path.removingLastComponent().appending("Fixtures").appending("programs")
    try write(Self.signFile, FileRoot(program).bytes("/sign-file"), mode: 0o755)
    try write(Self.module, Self.content)
  }

  func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws {
    try tree.root.makeDirectory(above: path)
    try tree.root.write(path, bytes, mode: mode)
  }

  func bytes(_ path: String) throws -> [UInt8] { try tree.root.bytes(path) }

  var console: Console { Console(system.terminal) }

  /// Puts a pair of the cache where toa keeps its own, or elsewhere.
  @discardableResult
  func put(_ name: KeyCache.Name, as files: SigningKeyFiles = .own) async throws -> SigningCertificate {
    let pair = try await Self.keys.pair(name)
    try write(files.key, pair.key, mode: 0o600)
    try write(files.certificate, pair.certificate)
    return try await SigningCertificate.read(files.certificate, system)
  }

  func facts() async throws -> HostFacts { try await system.facts() }

  func signing() async throws -> ModuleSigning {
    try #require(try await SigningChoice.wanted(system, try await facts(), key: nil, certificate: nil)).signing
  }
}

/// Keys that openssl made once.
actor KeyCache {
  enum Name: String { case own, stranger, small, plain }
  typealias Pair = (key: [UInt8], certificate: [UInt8])
  private var pairs: [Name: Task<Pair, any Error>] = [:]

  func pair(_ name: Name) async throws -> Pair {
    let task = pairs[name] ?? Task { try await Self.make(name) }
    pairs[name] = task
    return try await task.value
  }

  private static func make(_ name: Name) async throws -> Pair {
    let tree = try TestTree()
    let place = try #require(tree.root.locate("/"))
    let usage = name == .plain ? "" : "extendedKeyUsage=codeSigning\n"
    try tree.write(
      "/c.cnf",
      """
      [req]
      distinguished_name=dn
      prompt=no
      x509_extensions=v3
      [dn]
      CN=toa test, \(name.rawValue)
      [v3]
      subjectKeyIdentifier=hash
      \(usage)
      """)
    let result = try await CommandRunner.live().run(
      Command(
        "openssl",
        [
          "req", "-new", "-x509", "-nodes", "-newkey", name == .small ? "rsa:1024" : "rsa:2048", "-days", "36500",
          "-config", place + "/c.cnf", "-keyout", place + "/key", "-outform", "DER", "-out", place + "/der",
        ]))
    try #require(result.status == 0, "\(result.errorOutput)")
    return (key: try tree.root.bytes("/key"), certificate: try tree.root.bytes("/der"))
  }
}
