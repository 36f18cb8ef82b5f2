// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct CompilerTests {
  private let gcc12 = CompilerIdentity(kind: .gcc, version: CompilerVersion(12, 2, 0), program: "gcc-12", text: "")

  private func candidate(_ path: String, _ version: CompilerVersion, _ kind: CompilerIdentity.Kind = .gcc)
    -> Toolchain.Candidate
  {
    Toolchain.Candidate(path: path, identity: CompilerIdentity(kind: kind, version: version, text: ""))
  }

  @Test(arguments: [
    ("12", CompilerVersion(12)), ("4.8.5", CompilerVersion(4, 8, 5)), ("14.0.6-1~deb", CompilerVersion(14, 0, 6)),
    ("9.4", CompilerVersion(9, 4)),
  ])
  func `a version is read from its numbers`(text: String, version: CompilerVersion) {
    #expect(CompilerVersion(parsing: text) == version)
  }

  @Test func `the number of CONFIG_GCC_VERSION is a version`() {
    #expect(CompilerVersion(configNumber: 120200) == CompilerVersion(12, 2, 0))
    #expect(CompilerVersion(configNumber: 40805) == CompilerVersion(4, 8, 5))
    #expect(CompilerVersion(configNumber: 0) == nil)
  }

  @Test func `one series is one major number, and before GCC 5 one minor number too`() {
    #expect(CompilerVersion(12, 2).isSameSeries(as: CompilerVersion(12, 3)))
    #expect(!CompilerVersion(4, 8).isSameSeries(as: CompilerVersion(4, 9)))
    #expect(CompilerVersion(4, 8).series == "4.8")
    #expect(CompilerVersion(12, 2).series == "12")
  }

  @Test func `the kernel's own compiler is preferred to others of its series`() {
    let toolchain = Toolchain([
      candidate("/usr/bin/gcc-12", CompilerVersion(12, 3, 0)), candidate("/usr/bin/gcc", CompilerVersion(12, 2, 0)),
    ])
    let choice = CompilerChoice(wanted: gcc12, toolchain: toolchain)
    #expect(choice.isUsable)
    #expect(choice.chosen?.path == "/usr/bin/gcc")
  }

  @Test func `an older and a newer series are refused, and the newer named`() {
    let toolchain = Toolchain([
      candidate("/a/gcc-11", CompilerVersion(11, 4)), candidate("/a/gcc-14", CompilerVersion(14, 2)),
      candidate("/a/gcc-13", CompilerVersion(13, 3)),
    ])
    let choice = CompilerChoice(wanted: gcc12, toolchain: toolchain)
    #expect(choice.problem == .newer)
    #expect(choice.chosen?.path == "/a/gcc-13")
    let older = CompilerChoice(wanted: gcc12, toolchain: Toolchain([toolchain.candidates[0]]))
    #expect(older.problem == .older)
    #expect(
      older.reason == "the kernel was built with gcc 12.2.0; only gcc 11.4.0 (/a/gcc-11) found, "
        + "an older series that may refuse its flags")
  }

  @Test func `plugins ask for the very same version`() {
    let other = Toolchain([candidate("/usr/bin/gcc-12", CompilerVersion(12, 3, 0))])
    #expect(CompilerChoice(wanted: gcc12, toolchain: other, plugins: ["stackleak"]).problem == .pluginsNeedSameBuild)
    let same = Toolchain([candidate("/usr/bin/gcc-12", CompilerVersion(12, 2, 0))])
    #expect(CompilerChoice(wanted: gcc12, toolchain: same, plugins: ["stackleak"]).isUsable)
  }

  @Test func `one version of another vendor's build does not take plugins`() throws {
    let wanted = try #require(CompilerIdentity(parsing: "gcc-11 (Debian 11.2.0-1) 11.2.0"))
    let own = try #require(CompilerIdentity(parsing: "x86_64-linux-gnu-gcc-11 (Debian 11.2.0-1) 11.2.0"))
    let other = try #require(CompilerIdentity(parsing: "gcc-11 (Debian 11.2.0-9) 11.2.0"))
    func choice(_ found: CompilerIdentity...) -> CompilerChoice {
      let toolchain = Toolchain(found.map { Toolchain.Candidate(path: "/usr/bin/\($0.program ?? "")", identity: $0) })
      return CompilerChoice(wanted: wanted, toolchain: toolchain, plugins: ["latent_entropy"])
    }
    #expect(choice(other).problem == .pluginsNeedSameBuild)
    #expect(choice(other, own).isUsable)
  }

  @Test func `gcc is refused for a clang kernel and clang for a gcc kernel`() {
    let clang = CompilerIdentity(kind: .clang, version: CompilerVersion(14), text: "")
    let gcc = Toolchain([candidate("/usr/bin/gcc", CompilerVersion(14))])
    #expect(CompilerChoice(wanted: clang, toolchain: gcc).problem == .otherKind)
    let onlyClang = Toolchain([candidate("/usr/bin/clang", CompilerVersion(12), .clang)])
    #expect(CompilerChoice(wanted: gcc12, toolchain: onlyClang).problem == .otherKind)
  }

  @Test func `a compiler for another processor does not serve, one of 32 bits of the same does`() {
    func found(_ machine: String?) -> Toolchain {
      let gcc = CompilerIdentity(kind: .gcc, version: CompilerVersion(12, 2, 0), text: "")
      return Toolchain([Toolchain.Candidate(path: "/usr/bin/gcc-12", identity: gcc, machine: machine)])
    }
    func problem(_ machine: String?, _ processor: Processor) -> CompilerChoice.Problem? {
      CompilerChoice(wanted: gcc12, toolchain: found(machine), processor: processor).problem
    }
    #expect(problem("aarch64-linux-gnu", .x86) == .otherMachine)
    #expect(problem("arm-linux-gnueabihf", .arm64) == .otherMachine)
    for machine in ["x86_64-linux-gnu", "x86_64-redhat-linux", "i686-linux-gnu", nil] {
      #expect(problem(machine, .x86) == nil)
    }
    let choice = CompilerChoice(wanted: gcc12, toolchain: found("arm-linux-gnueabihf"), processor: .arm64)
    #expect(
      choice.reason
        == "the kernel is for aarch64; only gcc 12.2.0 (/usr/bin/gcc-12) found, which compiles for arm-linux-gnueabihf")
  }

  @Test func `without a word on the kernel's compiler the first found is taken`() {
    #expect(CompilerChoice(wanted: nil, toolchain: Toolchain([])).problem == .noneFound)
    let choice = CompilerChoice(wanted: nil, toolchain: Toolchain([candidate("/usr/bin/gcc", CompilerVersion(9))]))
    #expect(choice.isUsable)
  }

  @Test func `the exact name is looked for first, software collections too`() {
    let names = Toolchain.names(for: gcc12)
    #expect(names.first == "gcc-12")
    #expect(names.contains("/opt/rh/gcc-toolset-12/root/usr/bin/gcc"))
    let gcc5 = CompilerIdentity(kind: .gcc, version: CompilerVersion(5, 4), text: "")
    #expect(Toolchain.names(for: gcc5).contains("/opt/rh/devtoolset-4/root/usr/bin/gcc"))
  }

  @Test func `a compiler is asked for its full version`() async {
    let runner = scriptedRunner(programs: ["gcc": "/usr/bin/gcc", "cc": "/usr/bin/cc"]) { command in
      switch command.arguments {
      case ["--version"]: "gcc (Debian 12.2.0-14) 12.2.0\nCopyright (C) 2022\n"
      case ["-dumpfullversion", "-dumpversion"]: "12.2.0\n"
      case ["-dumpmachine"]: "x86_64-linux-gnu\n"
      default: nil
      }
    }
    let toolchain = await Toolchain.find(for: nil, using: runner)
    #expect(toolchain.candidates.map(\.path) == ["/usr/bin/gcc"])
    #expect(toolchain.candidates.first?.machine == "x86_64-linux-gnu")
    #expect(toolchain.candidates.first?.isDefault == true)
  }

  @Test func `a compiler under another name is known by its line`() async {
    let runner = scriptedRunner { $0.arguments == ["--version"] ? "cc (Debian 12.2.0-14) 12.2.0\n" : nil }
    #expect(await Toolchain.ask("/usr/bin/cc", using: runner)?.version == CompilerVersion(12, 2, 0))
    let clang = scriptedRunner { $0.arguments == ["--version"] ? "Debian clang version 14.0.6\n" : nil }
    #expect(await Toolchain.ask("/usr/bin/cc", using: clang)?.kind == .clang)
    #expect(await Toolchain.ask("/usr/bin/x", using: scriptedRunner { _ in nil }) == nil)
  }
}
