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
    /// How Kbuild is told of LLVM's tools; nil for GCC.
    var llvm: LLVMTools?
    /// For another processor than this machine's.
    var cross: CrossCompilation?
    /// Why this compiler, as a sentence.
    var reason: String
    /// Steps that bring what is missing.
    var steps: [Step]
  }

  let system: System
  let facts: HostFacts
  let compiler: String?
  let crossCompile: String?
  /// A folder of packages that is taken instead of repositories.
  let offline: String?

  init(
    _ system: System, _ facts: HostFacts, compiler: String?, crossCompile: String? = nil, offline: String? = nil
  ) {
    self.system = system
    self.facts = facts
    self.compiler = compiler
    self.crossCompile = crossCompile
    self.offline = offline
  }

  /// Resolves both; with `mayInstall`, missing ones are taken from the distribution where its package tool has them.
  func resolve(mayInstall: Bool) async throws(ToaError) -> Resolved {
    var missing: [String] = []
    let headersProblem = facts.headersError
    if let headersProblem {
      guard mayInstall, isHeadersPackageTheCure, !facts.headersAdvice.packages.isEmpty else { throw headersProblem }
      missing += facts.headersAdvice.packages
    }
    let cross = try crossCompilation()
    let chosen = try await chooseCompiler()
    if !chosen.packages.isEmpty {
      guard mayInstall else { throw compilerError(facts.choice) }
      missing += chosen.packages
    }
    let llvm = chosen.isClang ? tools(beside: chosen) : nil
    if let llvm, chosen.packages.isEmpty, system.run.find(llvm.linker) == nil {
      guard mayInstall, let package = facts.linkerPackage(llvm.linker) else { throw linkerError(llvm.linker, chosen) }
      missing.append(package)
    }
    missing += MissingTools(system, facts).packages(forPackages: mayInstall)
    if !mayInstall, let error = toolsError(missing) { throw error }
    let problem = headersProblem ?? (chosen.packages.isEmpty ? nil : compilerError(facts.choice))
    return Resolved(
      headers: facts.headers.place, compiler: chosen.path, compilerName: chosen.name,
      isClang: chosen.isClang, llvm: llvm, cross: cross, reason: chosen.reason,
      steps: missing.isEmpty
        ? [] : try await steps(bringing: missing, from: chosen.repositories, insteadOf: problem))
  }

  /// Everything that keeps a build from being made, in the order in which it would stop.
  func problems() async -> [ToaError] {
    var problems: [ToaError] = []
    func note(_ error: ToaError?) {
      if let error, !problems.contains(where: { $0.what == error.what }) { problems.append(error) }
    }
    note(facts.headersError)
    do throws(ToaError) { _ = try crossCompilation() } catch { note(error) }
    do throws(ToaError) {
      let chosen = try await chooseCompiler()
      if !chosen.packages.isEmpty {
        note(compilerError(facts.choice))
      } else if chosen.isClang {
        let linker = tools(beside: chosen).linker
        if system.run.find(linker) == nil { note(linkerError(linker, chosen)) }
      }
    } catch {
      note(error)
    }
    note(toolsError(MissingTools(system, facts).packages(forPackages: false)))
    return problems
  }

  /// The steps that bring what makes packages, where nothing is compiled: rpmbuild is no part of a plain rpm system.
  func packagingSteps() async throws(ToaError) -> [Step] {
    let missing = MissingTools(system, facts).forPackages
    return missing.isEmpty ? [] : try await steps(bringing: missing)
  }

  /// Every package that an installation would have to bring before it builds.
  func missingPackages() async -> [String] {
    var packages: [String] = []
    if facts.headersError != nil, isHeadersPackageTheCure { packages += facts.headersAdvice.packages }
    if let chosen = try? await chooseCompiler() {
      packages += chosen.repositories + chosen.packages
      if chosen.isClang, chosen.packages.isEmpty {
        let linker = tools(beside: chosen).linker
        if system.run.find(linker) == nil { packages += facts.linkerPackage(linker).map { [$0] } ?? [] }
      }
    }
    return packages + MissingTools(system, facts).packages(forPackages: true)
  }

  private func toolsError(_ missing: [String]) -> ToaError? {
    guard !missing.isEmpty else { return nil }
    return ToaError(
      .buildFailed, "\(missing.spoken) \(missing.count == 1 ? "is" : "are") not installed",
      next: facts.distribution.packageManager.map { [$0.install(missing).typed] } ?? [])
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
          + ["toa build \(facts.headers.option) --cross-compile \(prefix)"])
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
    /// Packages that bring it where it is missing.
    var packages: [String] = []
    /// Packages that bring the repository of these.
    var repositories: [String] = []
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
      return Chosen(path: "gcc", name: "gcc", isClang: false, reason: facts.choice.reason, packages: ["gcc"])
    }
    guard let advice = facts.compilerAdvice, let package = advice.packages.first else {
      throw compilerError(facts.choice)
    }
    return Chosen(
      path: Self.path(ofPackage: package, wanted), name: "\(wanted.kind.rawValue)-\(wanted.version.series)",
      isClang: wanted.kind == .clang, reason: facts.choice.reason, packages: advice.packages,
      repositories: advice.repositories)
  }

  /// Where a distribution's package puts its compiler: gcc-12 and gcc7 with the series, gcc without it, collections below /opt.
  private static func path(ofPackage package: String, _ wanted: CompilerIdentity) -> String {
    if package.hasSuffix("-gcc") { return "/opt/rh/\(package.dropLast("-gcc".count))/root/usr/bin/gcc" }
    let kind = wanted.kind.rawValue
    return "/usr/bin/" + (package == kind ? kind : "\(kind)-\(wanted.version.series)")
  }

  /// The steps that install packages, after the package tool was asked whether it has them: one that refreshes its lists comes
  /// first when there are none at all.
  func steps(
    bringing packages: [String], from repositories: [String] = [], insteadOf problem: ToaError? = nil
  ) async throws(ToaError) -> [Step] {
    guard let manager = facts.distribution.packageManager else { throw problem ?? lacking(packages, nil, []) }
    if let offline {
      let folder = try OfflinePackages(system, manager, folder: offline)
      let files = try await folder.files(for: repositories + packages, Transaction.status(lacking: packages))
      let local = LocalPackages(
        names: packages, paths: files.map(\.path), identities: files.map { $0.removal(manager.format) })
      return [.installLocalPackages(local, with: manager.stored)]
    }
    let install = Step.installPackages(packages, with: manager.stored)
    guard repositories.isEmpty else { return [.installPackages(repositories, with: manager.stored), install] }
    // Only root may ask the others.
    guard manager == .apt || system.identity.userID == 0 else { return [install] }
    let tool = PackageTool(manager)
    guard let result = try? await system.run.run(tool.simulateInstall(packages)) else {
      // It is there, and what it says would not be of this tree.
      if system.run.find(manager.program) != nil { return [install] }
      throw problem ?? lacking(packages, manager, [])
    }
    if let added = tool.added(bySimulation: result) {
      guard added.isEmpty else { return [install] }
      throw deletedFiles(of: packages, tool, problem)
    }
    let said = (result.output + "\n" + result.errorOutput).split(separator: "\n").map(String.init)
    if PackageTool.saysLocked(said) { throw CommonPreflight.locked }
    if manager == .apt, hasSourcesWithoutLists {
      return [.updatePackageLists(with: manager.stored), install]
    }
    throw problem?.saying(manager == .apt ? [] : PackageTool.complaints(in: said, of: .rpm), manager)
      ?? lacking(packages, manager, said)
  }

  /// Whether apt has sources and has never read them.
  private var hasSourcesWithoutLists: Bool {
    let lists = system.files.list("/var/lib/apt/lists").contains {
      $0.hasSuffix("_Packages") || $0.contains("_Packages.")
    }
    let sources =
      !system.files.list("/etc/apt/sources.list.d").isEmpty || system.files.size("/etc/apt/sources.list") ?? 0 > 0
    return !lists && sources
  }

  /// Only tools like make are missing, and the package tool has no package of them.
  private func lacking(_ packages: [String], _ manager: PackageManager?, _ said: [String]) -> ToaError {
    guard let manager else {
      return ToaError(.buildFailed, "\(packages.spoken) \(packages.count == 1 ? "is" : "are") not installed")
    }
    let tool = manager == .apt ? "apt" : manager.rawValue
    return ToaError(
      .buildFailed,
      packages.count == 1
        ? "\(packages[0]) is not installed and \(tool) has no package of it"
        : "\(packages.spoken) are not installed and \(tool) has not all of their packages",
      next: [manager.refresh.typed]
    ).saying(manager == .apt ? [] : PackageTool.complaints(in: said, of: .rpm), manager)
  }

  /// The database has the packages, and their files are gone: installing them again does nothing, only reinstalling does.
  private func deletedFiles(of packages: [String], _ tool: PackageTool, _ problem: ToaError?) -> ToaError {
    let names = packages.joined(separator: ", ")
    return ToaError(
      problem?.status ?? .buildFailed, problem?.what ?? "cannot build for kernel \(facts.target)",
      why: "\(tool.manager.databaseTool) says that \(names) is installed, but files of it are gone",
      next: [tool.reinstall(packages).typed, "toa install"])
  }

  private var isHeadersPackageTheCure: Bool {
    switch facts.headers.state {
    case .missing, .danglingLink: true
    case .present, .incomplete, .otherRelease: false
    }
  }

  /// LLVM's tools of the same place and version as a clang that is there or comes with its package.
  private func tools(beside chosen: Chosen) -> LLVMTools {
    let name = chosen.path.split(separator: "/").last.map(String.init) ?? chosen.path
    let isOnPath = !chosen.packages.isEmpty || system.run.find(name) == chosen.path
    return LLVMTools(
      clang: chosen.path, kernel: facts.target.version, config: facts.config, isOnPath: isOnPath)
  }

  private func linkerError(_ linker: String, _ chosen: Chosen) -> ToaError {
    let package = facts.linkerPackage(linker)
    let command = package.flatMap { package in facts.distribution.packageManager.map { $0.install([package]).typed } }
    return ToaError(
      .toolchainMismatch, "no \(linker) beside \(chosen.path)",
      why: "kernel \(facts.target) was linked with LLVM's linker, and its modules are too",
      next: [command].compactMap { $0 } + ["toa doctor --only CC"])
  }

  private func compilerError(_ choice: CompilerChoice) -> ToaError {
    let note = facts.compilerAdvice?.note.map { "\n\($0)" } ?? ""
    return ToaError(
      .toolchainMismatch, "no compiler that matches kernel \(facts.target)", why: choice.reason + note,
      next: (facts.compilerAdvice?.commands.map(\.typed) ?? []) + ["toa doctor --only CC"])
  }
}

extension PackageManager {
  /// As plans name it: apt is what a plan means that names none, like those of the first versions.
  var stored: PackageManager? { self == .apt ? nil : self }
}

extension ToaError {
  /// The same with what the package tool had to say.
  fileprivate func saying(_ complaints: [String], _ manager: PackageManager) -> ToaError {
    guard !complaints.isEmpty else { return self }
    var error = self
    let said = "\(manager.rawValue) says: " + complaints.prefix(3).joined(separator: "\n")
    error.why += (why.isEmpty ? "" : "\n") + said
    return error
  }
}
