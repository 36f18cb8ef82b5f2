// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What `toa build` is asked for.
public struct BuildRequest: Sendable {
  /// Kernel release; nil is the running one.
  public var kernel: String?
  /// Folders with kernels' headers or build trees, instead of an installed kernel.
  public var kernelDirs: [String]
  /// Folder that gets toa.ko.
  public var out: String
  /// Put each module into a folder of its kernel below `out`, where `toa install --from` looks for it.
  public var layout: Bool
  /// A compiler that the user names; nil chooses the kernel's.
  public var compiler: String?
  /// What the names of the tools for the kernel's processor begin with, where that is not this machine's.
  public var crossCompile: String?
  /// The key to sign with, a file or a `pkcs11:` URI; nil leaves the module unsigned.
  public var signKey: String?
  /// Its certificate.
  public var signCertificate: String?
  /// A folder of packages in which an explanation looks for what is missing.
  public var offline: String?
  /// Only print the commands.
  public var dryRun: Bool

  /// Creates a request.
  public init(
    kernel: String? = nil, kernelDirs: [String] = [], out: String = ".", layout: Bool = false, compiler: String? = nil,
    crossCompile: String? = nil, signKey: String? = nil, signCertificate: String? = nil, offline: String? = nil,
    dryRun: Bool = false
  ) {
    self.kernel = kernel
    self.kernelDirs = kernelDirs
    self.out = out
    self.layout = layout
    self.compiler = compiler
    self.crossCompile = crossCompile
    self.signKey = signKey
    self.signCertificate = signCertificate
    self.offline = offline
    self.dryRun = dryRun
  }
}

/// What `toa build` answers.
public struct BuildDocument: Document {
  /// Shape of the document.
  public let schema = "toa.build/1"
  /// Kernel release.
  public let kernel: String
  /// Folder of the headers.
  public let headers: String
  /// Absolute path of the compiler.
  public let compiler: String
  /// Why this compiler.
  public let reason: String
  /// The module's path; nil when nothing was built.
  public let module: String?
  /// What is beside it as toa.ko.json; nil when nothing was built.
  public let manifest: ModuleManifest?
  /// Answers of the compile probes ("TOA_HAVE_…": 0 or 1); empty when nothing was built.
  public let probes: [String: Int]
}

/// The verb `build`.
public struct Builder: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Builds in a folder of its own below `out` and moves the module from there.
  public func build(_ request: BuildRequest) async throws(ToaError) -> BuildDocument {
    let facts = try await facts(request)
    let inputs = try await BuildInputs(
      system, facts, compiler: request.compiler, crossCompile: request.crossCompile
    ).resolve(mayInstall: false)
    var out = try absolute(request.out)
    if request.layout { out += "/" + ModuleRepository.folder(facts.target.text, facts.architecture(system)) }
    let build = ModuleBuild(
      kernel: facts.target.text, headers: inputs.headers, commonHeaders: facts.headers.commonFolder(in: system.files),
      compiler: inputs.compiler, compilerName: inputs.compilerName, isClang: inputs.isClang, llvm: inputs.llvm?.words,
      cross: inputs.cross, folder: out + "/.toa-build")
    let key = try await signing(request, facts)
    let finish = ModuleFinish(module: build.module, strip: build.strip, signing: key?.signing, compression: .none)
    if request.dryRun {
      for command in [build.make.typed] + finish.typedCommands { console.print("# \(command)") }
      return document(build, inputs, nil, probes: [])
    }
    console.say("building toa.ko for \(facts.target) with \(build.compilerName)", .strong)
    console.say("  \(inputs.reason)")
    console.say(change: build.make.typed)
    try await build.run(system, console, keepsLog: false)
    let probes = BuildProbe.read(
      header: (try? system.files.text(build.folder + "/toa_probed.h")) ?? "", source: CarriedSources.probes)
    for command in finish.typedCommands { console.say(change: command) }
    _ = try await finish.run(system, console)
    let manifest = try await ModuleManifest.describing(
      build.module, build: build, facts: facts, signedBy: key?.key.certificate, system)
    do throws(FileError) {
      let module = try system.files.bytes(build.module)
      show(probes, BuiltHooks(module: module))
      // A reader sees a module without a manifest, never one with another's.
      try system.files.remove("\(out)/\(ModuleManifest.fileName)")
      try system.files.write("\(out)/\(manifest.file)", module)
      try system.files.write("\(out)/\(ModuleManifest.fileName)", Array(manifest.text.utf8))
      try system.files.write(out + "/toa-build.log", try system.files.bytes(build.log))
      try system.files.remove(build.folder)
    } catch {
      throw ToaError(.buildFailed, "cannot write \(error.path)", why: errorText(error.errno))
    }
    console.say("built \(out)/\(manifest.file)", .good)
    return document(build, inputs, (out, manifest), probes: probes)
  }

  /// How the module is signed; nil where no key was named: it may be built for hosts that sign by themselves.
  private func signing(_ request: BuildRequest, _ facts: HostFacts) async throws(ToaError) -> SigningChoice? {
    guard request.signKey != nil || request.signCertificate != nil else { return nil }
    return try await SigningChoice.wanted(
      system, facts, key: request.signKey, certificate: request.signCertificate)
  }

  /// What is to be known of the kernel that is asked for, with the compilers for its processor.
  func facts(_ request: BuildRequest) async throws(ToaError) -> HostFacts {
    var facts: HostFacts
    if let folder = request.kernelDirs.first {
      guard request.kernel == nil, request.kernelDirs.count == 1 else {
        throw ToaError(.usage, "one kernel at a time", next: ["leave --kernel or all but one --kernel-dir out"])
      }
      facts = try await system.facts(kernelDir: try absolute(folder))
    } else {
      facts = try await system.facts(kernel: request.kernel)
    }
    if let prefix = request.crossCompile { facts = await facts.crossing(prefix: prefix, using: system.run) }
    return facts
  }

  private func absolute(_ folder: String) throws(ToaError) -> String {
    let path = absolutePath(folder)
    guard !path.contains(where: { $0 == " " || $0 == ":" || $0 == "\n" }) else {
      throw ToaError(
        .usage, "make cannot build in \(shellQuoted(path))", why: "the path has a space or a colon",
        next: ["toa build --out /tmp/toa"])
    }
    return path
  }

  private func document(
    _ build: ModuleBuild, _ inputs: BuildInputs.Resolved, _ built: (folder: String, manifest: ModuleManifest)?,
    probes: [BuildProbe]
  ) -> BuildDocument {
    BuildDocument(
      kernel: build.kernel, headers: build.headers, compiler: build.compiler, reason: inputs.reason,
      module: built.map { "\($0.folder)/\($0.manifest.file)" }, manifest: built?.manifest,
      probes: Dictionary(probes.map { ($0.macro, $0.answer ? 1 : 0) }) { $1 })
  }

  /// Each question to the headers with its answer, and which hook comes of them.
  private func show(_ probes: [BuildProbe], _ hooks: BuiltHooks) {
    let width = probes.map(\.name.count).max() ?? 0
    console.detail("what the headers of this kernel have:")
    for probe in probes {
      let name = probe.name + String(repeating: " ", count: width - probe.name.count)
      let indent = width + 7
      let lines = console.wrapped(probe.question, indent: indent + 4)
      console.detail("\(name)  \(probe.answer ? "yes" : "no ")  \(lines.first ?? "")".trimmedAtEnd)
      for line in lines.dropFirst() { console.detail(String(repeating: " ", count: indent) + line) }
    }
    console.detail("hook: \(hooks.sentence)")
  }
}

extension String {
  /// Without blanks at its end.
  fileprivate var trimmedAtEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
