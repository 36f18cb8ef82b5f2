// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Finds what a build needs: headers of the very kernel and a compiler of the kernel's own series.
struct BuildInputs: Sendable {
  /// What to build with, and the packages that must come first.
  struct Resolved: Sendable {
    var headers: String
    var compiler: String
    var compilerName: String
    var isClang: Bool
    /// For another processor than this machine's.
    var cross: CrossCompilation?
    /// Why this compiler, as a sentence.
    var reason: String
    /// Packages of the distribution to install first.
    var packages: [String]
    /// Steps before that installation.
    var listSteps: [Step]
  }

  let system: System
  let facts: HostFacts
  let compiler: String?
  let crossCompile: String?

  init(_ system: System, _ facts: HostFacts, compiler: String?, crossCompile: String? = nil) {
    self.system = system
    self.facts = facts
    self.compiler = compiler
    self.crossCompile = crossCompile
  }

  /// Resolves both; with `mayInstall`, missing ones are taken from the distribution where its package tool has them.
  func resolve(mayInstall: Bool) async throws(ToaError) -> Resolved {
    var missing: [String] = []
    let headersProblem = headersError()
    if let headersProblem {
      guard mayInstall, isHeadersPackageTheCure else { throw headersProblem }
      missing += facts.headersAdvice.packages
    }
    let cross = try crossCompilation()
    let chosen = try await chooseCompiler()
    if let package = chosen.package {
      guard mayInstall else { throw compilerError(facts.choice) }
      missing.append(package)
    }
    if system.run.find("make") == nil { missing.append("make") }
    guard mayInstall || missing.isEmpty else {
      throw ToaError(.buildFailed, "make is not installed", next: ["apt-get install make"])
    }
    let lists = missing.isEmpty ? [] : try await locate(missing, headersProblem, chosen.package)
    return Resolved(
      headers: "/lib/modules/\(facts.target)/build", compiler: chosen.path, compilerName: chosen.name,
      isClang: chosen.isClang, cross: cross, reason: chosen.reason, packages: missing, listSteps: lists)
  }

  /// What Kbuild must be told of the processor. A kernel of another one needs tools that somebody names.
  private func crossCompilation() throws(ToaError) -> CrossCompilation? {
    let target = facts.processor
    guard let crossCompile else {
      guard let target, let own = Processor(machine: system.identity.machine), target != own else { return nil }
      let prefix = target.toolPrefix
      let advice = facts.compiler.map {
        PackageAdvice.crossCompiler($0.identity, prefix: prefix, for: facts.distribution)
      }
      throw ToaError(
        .toolchainMismatch, "kernel \(facts.target) is for \(target.machine), this machine is \(own.machine)",
        why: "the compilers of this machine make no code for it",
        next: (advice?.commands.map(\.typed) ?? [])
          + ["toa build --kernel \(facts.target) --cross-compile \(prefix)"])
    }
    guard let target else {
      throw ToaError(
        .notApplicable, "cannot build for kernel \(facts.target) with \(crossCompile)",
        why: facts.config == nil
          ? "its configuration, which tells the processor, cannot be read"
          : "its configuration names neither x86_64 nor aarch64, for which toa.ko is made",
        next: ["look for CONFIG_ARM64 in \(facts.config?.source ?? "/boot/config-\(facts.target)")"])
    }
    return CrossCompilation(processor: target, prefix: crossCompile)
  }

  private struct Chosen {
    var path: String
    var name: String
    var isClang: Bool
    var reason: String
    var package: String?
  }

  private func chooseCompiler() async throws(ToaError) -> Chosen {
    if let compiler {
      guard let path = system.run.find(compiler), let identity = await Toolchain.ask(path, using: system.run) else {
        throw ToaError(.toolchainMismatch, "\(compiler) is no compiler that runs here", next: ["leave --compiler out"])
      }
      let choice = CompilerChoice(
        wanted: facts.compiler?.identity,
        toolchain: Toolchain([Toolchain.Candidate(path: path, identity: identity)]), plugins: facts.headers.gccPlugins)
      guard choice.isUsable else { throw compilerError(choice) }
      return Chosen(
        path: path, name: "\(identity.kind.rawValue) \(identity.version)", isClang: identity.kind == .clang,
        reason: choice.reason)
    }
    if facts.choice.isUsable, let candidate = facts.choice.chosen {
      return Chosen(
        path: candidate.path, name: "\(candidate.identity.kind.rawValue) \(candidate.identity.version)",
        isClang: candidate.identity.kind == .clang, reason: facts.choice.reason)
    }
    // Without headers nothing may tell the compiler of a kernel that does not run; the headers' package brings it.
    guard let wanted = facts.compiler?.identity else {
      return Chosen(path: "gcc", name: "gcc", isClang: false, reason: facts.choice.reason, package: "gcc")
    }
    let name = "\(wanted.kind.rawValue)-\(wanted.version.series)"
    guard let package = facts.compilerAdvice?.packages.first else { throw compilerError(facts.choice) }
    return Chosen(
      path: "/usr/bin/" + name, name: name, isClang: wanted.kind == .clang, reason: facts.choice.reason,
      package: package)
  }

  /// Asks apt whether it has the packages; a step that refreshes the lists is added when there are none at all.
  private func locate(
    _ packages: [String], _ headersProblem: ToaError?, _ compilerPackage: String?
  ) async throws(ToaError) -> [Step] {
    let lists = system.files.list("/var/lib/apt/lists").contains {
      $0.hasSuffix("_Packages") || $0.contains("_Packages.")
    }
    let sources =
      !system.files.list("/etc/apt/sources.list.d").isEmpty || system.files.size("/etc/apt/sources.list") ?? 0 > 0
    if let result = try? await system.run.run(Apt.simulateInstall(packages)), result.status == 0 {
      guard Apt.added(bySimulation: result.output).isEmpty else { return [] }
      throw deletedFiles(of: packages, headersProblem ?? compilerPackage.map { _ in compilerError(facts.choice) })
    }
    if !lists && sources { return [.updatePackageLists] }
    throw headersProblem ?? compilerPackage.map { _ in compilerError(facts.choice) }
      ?? ToaError(.buildFailed, "make is not installed and apt has no package of it", next: ["apt-get update"])
  }

  /// dpkg has the packages, and their files are gone: installing them again does nothing, only reinstalling does.
  private func deletedFiles(of packages: [String], _ problem: ToaError?) -> ToaError {
    let names = packages.joined(separator: ", ")
    return ToaError(
      problem?.status ?? .buildFailed, problem?.what ?? "cannot build for kernel \(facts.target)",
      why: "dpkg says that \(names) is installed, but files of it are gone",
      next: [Apt.reinstall(packages).typed, "toa install"])
  }

  private var isHeadersPackageTheCure: Bool {
    switch facts.headers.state {
    case .missing, .danglingLink: true
    case .present, .incomplete, .otherRelease: false
    }
  }

  private func headersError() -> ToaError? {
    let advice = facts.headersAdvice.commands.map(\.typed)
    let note = facts.headersAdvice.note.map { "\n\($0)" } ?? ""
    let what = "no headers of kernel \(facts.target)"
    switch facts.headers.state {
    case .present: return nil
    case .missing:
      return ToaError(
        .headersMissing, what, why: "/lib/modules/\(facts.target)/build is not there" + note, next: advice)
    case .danglingLink(let target):
      return ToaError(
        .headersMissing, what, why: "/lib/modules/\(facts.target)/build leads to \(target), which is not there" + note,
        next: advice)
    case .incomplete(let files):
      return ToaError(
        .headersMissing, "the headers of kernel \(facts.target) are incomplete",
        why: "missing: \(files.joined(separator: ", "))", next: advice)
    case .otherRelease(let release):
      return ToaError(
        .headersMissing, "the headers are for \(release), not for \(facts.target)",
        why: "/lib/modules/\(facts.target)/build leads to headers of another kernel; a module built there is refused",
        next: advice)
    }
  }

  private func compilerError(_ choice: CompilerChoice) -> ToaError {
    let note = facts.compilerAdvice?.note.map { "\n\($0)" } ?? ""
    return ToaError(
      .toolchainMismatch, "no compiler that matches kernel \(facts.target)", why: choice.reason + note,
      next: (facts.compilerAdvice?.commands.map(\.typed) ?? []) + ["toa doctor --only CC"])
  }
}
