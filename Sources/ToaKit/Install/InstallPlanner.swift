// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// The plan of an installation with the module.
struct ModulePlan: Sendable {
  var plan: Plan
  /// Kernels that were asked for and get no module.
  var uncovered: [UncoveredKernel] = []
  /// Why modules of a repository were not taken, a sentence each.
  var notes: [String] = []
  /// Why this compiler builds; nil where nothing is built.
  var compiler: String?
}

/// Turns what a host has into the steps that are missing to a working, persistent toa.ko.
struct InstallPlanner: Sendable {
  let system: System
  let facts: HostFacts
  let request: InstallRequest

  /// What was asked for.
  let asked: ModuleSettings

  init(_ system: System, _ facts: HostFacts, _ request: InstallRequest) throws(ToaError) {
    self.system = system
    self.facts = facts
    self.request = request
    var asked = ModuleSettings()
    if let trust = request.trust { asked.trusted = try trustParameter(trust) }
    if let profile = request.profile { asked.profile = try profileParameter(profile) }
    self.asked = asked
  }

  /// The plan; without steps when everything is as wanted.
  func plan() async throws(ToaError) -> ModulePlan {
    let state = try await InstalledModule.read(system, facts)
    // Who builds nothing here has no headers for later kernels either, unless it is said.
    let updates = KernelUpdates.resolved(request.kernelUpdates ?? (request.fromOnly ? KernelUpdates.none : nil), system)
    // A second run without --trust or --profile keeps what the first one was told.
    let settings = asked.completed(by: state.settings)
    if updates == .dkms {
      if request.from != nil {
        throw ToaError(
          .usage, "--from is for modules that toa packages", why: "DKMS, which is installed here, builds by itself",
          next: ["leave it out, or: --kernel-updates none"])
      }
      if request.compiler != nil {
        throw ToaError(
          .usage, "--compiler is for modules that toa builds", why: "DKMS chooses by itself",
          next: ["leave it out, or: --kernel-updates hooks"])
      }
      return try await dkmsPlan(state, settings)
    }
    var uncovered: [UncoveredKernel] = []
    let works = try await works(state, &uncovered)
    let notes = works.compactMap(\.note)
    let folder = PackageBuild.nextFolder(system)
    var steps = try await Self.merged(works.flatMap(\.inputs) + followingHeaders(updates, state))
    var files = PackageFiles(names: [], paths: [])
    var packages = works.enumerated().map { number, work in
      packageBuild(work, settings, state, folder: folder, withSettings: number == 0)
    }
    if works.isEmpty, state.settings != settings || !state.packages.hasCommon {
      packages = [packageBuild(nil, settings, state, folder: folder, withSettings: true)]
    }
    steps += works.flatMap { [$0.build.step] + ($0.finish.changesModule ? [.finishModule($0.finish)] : []) }
    for package in packages {
      steps.append(.buildPackages(package))
      files += package.files
    }
    if updates == .hooks, let hooks = hooksBuild(state, folder: folder) {
      steps.append(.buildHooksPackage(hooks))
      files += hooks.files
    }
    let aside = works.filter { KernelRecord.read($0.kernel, in: system.files)?.module != nil }
    let automatic = works.filter { $0.facts.owner != nil }.map { ModulePackage.name($0.kernel, state.format) }
    return ModulePlan(
      plan: plan(
        making: steps,
        aside.map { .setAside($0.kernel) } + (files.names.isEmpty ? [] : [.installPackageFiles(files)])
          + (state.format == .deb && !automatic.isEmpty ? [.markAutomatic(automatic)] : []),
        for: works.map(\.kernel), state, settings, updates),
      uncovered: uncovered, notes: notes, compiler: works.first?.compiler)
  }

  /// The whole plan of a way to give kernels their module: what comes before a running module goes, then what puts another one in
  /// place, and around that what every way has.
  func plan(
    making: [Step], _ placing: [Step], for kernels: [String], _ state: InstalledModule, _ settings: ModuleSettings,
    _ updates: KernelUpdates
  ) -> Plan {
    var steps = making
    let isReplaced = kernels.contains(facts.target.text)
    if isReplaced, state.live != nil { steps.append(.unloadModule(ModuleBackend.moduleName)) }
    let leaving = state.leaving(updates)
    if !leaving.names.isEmpty { steps.append(.removePackageFiles(leaving)) }
    steps += placing
    if !isReplaced {
      steps += state.liveSteps(asked, settings)
    } else if facts.isRunning {
      steps.append(.loadModule(ModuleBackend.moduleName))
    }
    let lines = request.removeOldAutoload ? OldAutoload.removable(facts.autoload, system.files) : []
    if !lines.isEmpty { steps.append(.removeOldAutoload(OldAutoload(lines))) }
    var plan = Plan(verb: "install", kernel: facts.target.text, steps: steps)
    plan.kernelUpdates = updates
    if let from = request.from { plan.repository = (try? ModuleRepository(from))?.location }
    return plan
  }

  /// The kernels beside the plan's own that get a module: those that were asked for and, where another way takes over, those
  /// that have one from the way before.
  func others(_ state: InstalledModule, _ takingOver: KernelUpdates?) -> [String] {
    let asked = KernelSelection(request.kernel).others(facts)
    let covered = facts.kernels.bootable.map(\.release.text).filter { kernel in
      switch takingOver {
      case .dkms: KernelRecord.read(kernel, in: system.files)?.module != nil || state.hasPackagedModule(kernel)
      case .hooks: Dkms.hasInstalled(system, kernel: kernel)
      case nil, .auto?, .none?: false
      }
    }
    return asked + covered.reversed().filter { !asked.contains($0) && $0 != facts.target.text }
  }

  /// What it takes to give one kernel its module.
  struct Work {
    var facts: HostFacts
    /// Steps that bring headers and compiler.
    var inputs: [Step]
    var build: ModuleOrigin
    var finish: ModuleFinish
    /// SHA-1 over the certificate with whose key it is signed; nil when it is not.
    var signer: String?
    /// Why it does not come from the repository that was named.
    var note: String?
    /// Why this compiler builds it; nil where it comes from a repository.
    var compiler: String?
    var kernel: String { facts.target.text }
  }

  /// The kernels that have to be built for, the plan's own first. Another one for which nothing can be built is only named.
  private func works(_ state: InstalledModule, _ uncovered: inout [UncoveredKernel]) async throws(ToaError) -> [Work] {
    var works: [Work] = []
    if let work = try await work(facts, state) { works.append(work) }
    for release in others(state, state.packages.hasDkms ? .hooks : nil) {
      do throws(ToaError) {
        let facts = try await system.facts(kernel: release, compilers: false)
        try Preflight(system: system, facts: facts, request: request).checkKernel()
        if let work = try await work(facts, try await InstalledModule.read(system, facts)) { works.append(work) }
      } catch {
        uncovered.append(UncoveredKernel(release, error))
      }
    }
    return works
  }

  /// What is to be done for one kernel; nil when its module is current.
  private func work(_ facts: HostFacts, _ state: InstalledModule) async throws(ToaError) -> Work? {
    let own = try await SigningChoice.wanted(
      system, facts, key: request.signKey, certificate: request.signCertificate)
    guard let from = request.from else {
      return state.isCurrent(signedBy: own?.signer) ? nil : try await build(facts, own)
    }
    // An unsigned module, whose package is current, is none where the kernel asks for a signature.
    let isRefused =
      facts.isRunning && facts.signing.requiresSignature && state.packages.signer == nil && state.file?.signer == nil
    if state.isCurrent(signedBy: own?.signer), !isRefused { return nil }
    switch try await ModuleRepository(from).offer(for: facts, system) {
    case .module(let fetch):
      let (finish, signer) = fetch.finish(
        own, isNamed: request.signKey != nil, .usable(for: facts, system), system)
      if finish.signing == nil, !isRefused, state.isCurrent(signedBy: signer) { return nil }
      try await checkSignature(facts, fetch)
      return Work(facts: facts, inputs: [], build: .repository(fetch), finish: finish, signer: signer)
    case .unfit(let reasons):
      guard !request.fromOnly else { throw refusal(facts, from, reasons) }
      try await checkSignature(facts)
      var work = try await build(facts, own)
      work.note = "no module for \(facts.target) from \(from): \(reasons.joined(separator: "; "))"
      return work
    }
  }

  /// Refuses early what the running kernel would refuse; without a repository the preflight has done that.
  private func checkSignature(_ facts: HostFacts, _ fetch: ModuleFetch? = nil) async throws(ToaError) {
    guard request.mayCheck(system) else { return }
    try await SignaturePreflight(system: system, facts: facts, request: request).check(fetch)
  }

  /// What it takes to compile the module here.
  private func build(_ facts: HostFacts, _ own: SigningChoice?) async throws(ToaError) -> Work {
    let inputs = try await BuildInputs(
      system, await system.withCompilers(facts), compiler: request.compiler, offline: request.offline
    ).resolve(mayInstall: true)
    let build = ModuleBuild(
      kernel: facts.target.text, headers: inputs.headers, compiler: inputs.compiler, compilerName: inputs.compilerName,
      isClang: inputs.isClang, llvm: inputs.llvm?.words, folder: Journal.folder + "/build/" + facts.target.text)
    let finish = ModuleFinish(
      module: build.module, strip: build.strip, signing: own?.signing, compression: .usable(for: facts, system))
    return Work(
      facts: facts, inputs: inputs.steps, build: .build(build), finish: finish, signer: own?.signer,
      compiler: inputs.reason)
  }

  private func refusal(_ facts: HostFacts, _ from: String, _ reasons: [String]) -> ToaError {
    ToaError(
      .buildFailed, "no module for kernel \(facts.target) from \(from)", why: reasons.joined(separator: "\n"),
      next: [
        "where the headers are: toa build --kernel-dir DIR --layout --out REPOSITORY",
        "toa install --from \(shellQuoted(from))  (without --from-only: builds it here)",
      ])
  }

  /// The package with the settings alone.
  func settingsBuild(_ settings: ModuleSettings) async throws(ToaError) -> PackageBuild {
    let state = try await InstalledModule.read(system, facts)
    return packageBuild(nil, settings, state, folder: PackageBuild.nextFolder(system), withSettings: true)
  }

  func packageBuild(
    _ work: Work?, _ settings: ModuleSettings, _ state: InstalledModule, folder: String, withSettings: Bool
  ) -> PackageBuild {
    let kernel = work?.kernel ?? facts.target.text
    let owner = ModulePackage.kernelPackage((work?.facts ?? facts).owner, kernel: kernel, state.format)
    var build = PackageBuild(
      folder: folder, kernel: kernel, format: state.format, kernelPackage: owner?.name,
      kernelPackageVersion: owner?.version, architecture: state.format.architecture(system.identity.machine),
      sourceSha256: state.source, module: work?.finish.output, compiler: work?.build.compilerName,
      signer: work?.signer, trusted: settings.trusted, profile: settings.profile, replaced: [])
    if !withSettings { build.isModuleOnly = true }
    build.replaced = build.files.names.compactMap { state.packages.debs[$0] }
    return build
  }

  /// The package with the hooks, unless it is installed with this very program.
  private func hooksBuild(_ state: InstalledModule, folder: String) -> HooksPackageBuild? {
    let build = HooksPackageBuild(
      folder: folder, format: state.format, architecture: state.format.architecture(system.identity.machine),
      depends: ProgramLibraries.owners(system).packages,
      replaced: [KernelHooksPackage.name].compactMap { state.packages.debs[$0] })
    return state.packages.hasHooks && build.isInPlace(system) ? nil : build
  }

  /// The step that brings the packages by which later kernels get their headers; without these no hook could build.
  ///
  /// They are a convenience: where the package tool has none of them, the plan goes without.
  func followingHeaders(_ updates: KernelUpdates, _ state: InstalledModule) async throws(ToaError) -> [Step] {
    guard updates != .none, !request.fromOnly, request.offline == nil,
      let manager = facts.distribution.packageManager
    else { return [] }
    let names = facts.headersAdvice.following.filter { name in
      state.hasPackage(name.replacing("linux-headers-", with: "linux-image-"))
    }
    guard !names.isEmpty else { return [] }
    let tool = PackageTool(manager)
    guard let result = try? await system.run.run(tool.simulateInstall(names)),
      let added = tool.added(bySimulation: result), !added.isEmpty
    else { return [] }
    return [.installPackages(names, with: manager.stored)]
  }

  /// The same steps with lists refreshed once, and with one installation where there would be several with the same tool.
  static func merged(_ steps: [Step]) -> [Step] {
    var merged: [Step] = []
    for step in steps where !merged.contains(step) {
      if case .installPackages(let names, let manager) = step,
        case .installPackages(let earlier, manager)? = merged.last
      {
        merged[merged.count - 1] = .installPackages(earlier + names.filter { !earlier.contains($0) }, with: manager)
      } else {
        merged.append(step)
      }
    }
    return merged
  }
}

extension PackageFiles {
  /// Adds the packages of another one, to be installed together.
  static func += (left: inout PackageFiles, right: PackageFiles) {
    left.names += right.names
    left.paths += right.paths
    left.replaced += right.replaced
    left.modules = (left.modules ?? []) + (right.modules ?? [])
  }
}
