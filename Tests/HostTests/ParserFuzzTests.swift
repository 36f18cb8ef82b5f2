// SPDX-License-Identifier: Apache-2.0
import Host
import SystemPackage
import Testing

/// No text, however broken, may end the program: every parser sees random bytes, and real texts cut and damaged.
@Suite struct ParserFuzzTests {
  /// A generator with a fixed seed, so that a failure comes back (splitmix64).
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var value = state
      value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
      value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
      return value ^ (value >> 31)
    }
  }

  private func parseAll(_ text: String) {
    _ = OSRelease(parsing: text)
    _ = LegacyRelease.parse(text)
    _ = KernelRelease(text)?.flavour
    _ = KernelConfig(parsing: text)
    _ = VersionLine(parsing: text)
    _ = VersionLine.find(inLog: text)
    _ = CompilerIdentity(parsing: text)
    _ = CompilerVersion(parsing: text)
    _ = DpkgDatabase(parsing: text)
    _ = RpmDatabase.parse(text)
    _ = ModuleIndex(dep: text, builtin: text, folder: "/lib/modules/x")
    _ = LiveModules(parsing: text)
    _ = ModprobeConfiguration.parse(text, path: "x")
    _ = KernelCommandLine(parsing: text).list("x")
    if let left = KernelRelease("6.1.0" + text), let right = KernelRelease("6.1.0-" + text) {
      #expect(!(left < right && right < left))
      for id in ["tencentos", "debian", "sles", "rhel"] {
        _ = PackageAdvice.headers(of: left, for: Distribution(id: id, versionID: text))
      }
    }
  }

  @Test func `random bytes trap no parser`() {
    var generator = Generator(state: 1)
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      parseAll(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func `random words of the grammars trap no parser`() {
    var generator = Generator(state: 2)
    let words = [
      "Linux version ", "gcc", " version ", "(", ")", "\"", "'", "\\", "=", "\n", "\r\n", " ", ",", "4.8.5", "12", "-",
      "+", ".",
      "CONFIG_", "# CONFIG_X is not set", "Package: ", "Status: install ok installed", ":", "/", "toa.ko",
      "clang version ", "#1",
      "#define LINUX_COMPILER \"", "99999999999999999999", "0x", "~", "tlinux", ".tl3", "é", "\u{301}", "\0",
    ]
    for _ in 0..<1000 {
      let count = Int.random(in: 0...12, using: &generator)
      parseAll((0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined())
    }
  }

  @Test(arguments: HostFixture.names)
  func `truncated and damaged fixture files trap no parser`(name: String) throws {
    let root = HostFixture(name).root
    var generator = Generator(state: 3)
    let release = KernelRelease.running(in: root)?.text ?? ""
    for path in [
      "/etc/os-release", "/proc/version", "/boot/config-\(release)", "/var/lib/dpkg/status", "/proc/modules",
    ] {
      guard let bytes = try? root.bytes(path) else { continue }
      for _ in 0..<10 {
        var damaged = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
        for _ in 0..<3 where !damaged.isEmpty {
          damaged[Int.random(in: 0..<damaged.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        parseAll(String(decoding: damaged, as: UTF8.self))
      }
    }
  }

  @Test func `a damaged tree traps no reader`() async throws {
    var generator = Generator(state: 4)
    let paths = [
      "/etc/os-release", "/proc/version", "/proc/sys/kernel/osrelease", "/proc/cmdline", "/proc/modules",
      "/proc/kallsyms",
      "/proc/sys/kernel/tainted", "/sys/kernel/security/lockdown", "/proc/1/environ", "/proc/self/mounts",
      "/etc/rc.local",
      "/lib/modules/6.1.0/modules.dep", "/lib/modules/6.1.0/build/include/generated/utsrelease.h",
      "/lib/modules/6.1.0/build/include/generated/compile.h", "/var/lib/dpkg/status",
      "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
    ]
    let folder = try TemporaryFolder()
    for _ in 0..<10 {
      for path in paths {
        let length = Int.random(in: 0...80, using: &generator)
        try folder.write(path, (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) })
      }
      _ = await HostFacts.read(
        from: folder.root, using: scriptedRunner { _ in nil }, running: "6.1.0", target: KernelRelease("6.1.0"))
    }
  }
}
