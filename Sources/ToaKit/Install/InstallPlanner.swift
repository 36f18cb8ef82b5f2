// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Turns what a host has into the steps that are missing to a working, persistent toa.ko.
struct InstallPlanner: Sendable {
  let system: System
  let facts: HostFacts
  let request: InstallRequest

  /// What the loaded module and the package with the settings are to say.
  private struct Parameters: Equatable {
    /// Value for the parameter `trusted`; nil leaves the module's default.
    var trusted: String?
    /// Value for the parameter `profile`; nil leaves the module's default.
    var profile: String?
  }

  /// What was asked for.
  private let parameters: Parameters

  init(_ system: System, _ facts: HostFacts, _ request: InstallRequest) throws(ToaError) {
    self.system = system
    self.facts = facts
    self.request = request
    var parameters = Parameters()
    if let trust = request.trust { parameters.trusted = try trustParameter(trust) }
    if let profile = request.profile { parameters.profile = try profileParameter(profile) }
    self.parameters = parameters
  }

  /// The plan; without steps when everything is as wanted.
  func plan() async throws(ToaError) -> Plan {
    let installed = await InstalledPackages.read(system, kernel: facts.target.text)
    let hash = try await CarriedSources.sha256(system)
    let live = facts.isRunning ? LiveModule(system) : nil
    let file = ModuleFile(system, kernel: facts.target.text)
    // A second run without --trust or --profile keeps what the first one was told.
    let parameters = Parameters(
      trusted: parameters.trusted ?? installed.trusted, profile: parameters.profile ?? installed.profile)
    var steps: [Step] = []
    let moduleIsCurrent = installed.sourceSha256 == hash && file?.path.contains("/updates/") == true
    let liveIsCurrent = live != nil && live?.sourceVersion == file?.sourceVersion
    if moduleIsCurrent {
      let stored = Parameters(trusted: installed.trusted, profile: installed.profile)
      if !installed.hasCommon || stored != parameters {
        let packages = packageBuild(module: nil, hash: hash, parameters, installed)
        steps += [.buildPackages(packages), .installPackageFiles(packages.files)]
      }
      // What somebody has changed by hand stays, unless it was asked for.
      if let live, liveIsCurrent {
        if let trusted = parameters.trusted, stored.trusted != trusted || self.parameters.trusted != nil,
          let old = live.trusted, old != trusted
        {
          steps.append(.setTrusted(trusted, old: old))
        }
        if let profile = parameters.profile, stored.profile != profile || self.parameters.profile != nil,
          let old = live.profile, old != profile
        {
          steps.append(.setProfile(profile, old: old))
        }
      }
      if facts.isRunning && !liveIsCurrent {
        if live != nil { steps.append(.unloadModule(ModuleBackend.moduleName)) }
        steps.append(.loadModule(ModuleBackend.moduleName))
      }
      return Plan(verb: "install", kernel: facts.target.text, steps: steps)
    }
    let (inputs, build) = try await buildSteps()
    let packages = packageBuild(module: build, hash: hash, parameters, installed)
    steps += inputs + [.buildModule(build), .buildPackages(packages)]
    if live != nil { steps.append(.unloadModule(ModuleBackend.moduleName)) }
    steps.append(.installPackageFiles(packages.files))
    if facts.isRunning { steps.append(.loadModule(ModuleBackend.moduleName)) }
    return Plan(verb: "install", kernel: facts.target.text, steps: steps)
  }

  private func packageBuild(
    module: ModuleBuild?, hash: String, _ parameters: Parameters, _ installed: InstalledPackages
  ) -> PackageBuild {
    let kernel = facts.target.text
    let names = module == nil ? [CommonPackage.name] : PackageBuild.names(kernel)
    return PackageBuild(
      folder: PackageBuild.nextFolder(system), kernel: kernel, kernelPackage: facts.owner?.name,
      architecture: Dpkg.architecture(system.identity.machine), sourceSha256: hash, module: module?.module,
      compiler: module?.compilerName, trusted: parameters.trusted, profile: parameters.profile,
      replaced: names.compactMap { installed.debs[$0] })
  }

  /// The steps that bring headers and compiler, and the build itself.
  private func buildSteps() async throws(ToaError) -> ([Step], ModuleBuild) {
    let inputs = try await BuildInputs(system, facts, compiler: request.compiler).resolve(mayInstall: true)
    let build = ModuleBuild(
      kernel: facts.target.text, headers: inputs.headers, compiler: inputs.compiler, compilerName: inputs.compilerName,
      isClang: inputs.isClang, folder: Journal.folder + "/build/" + facts.target.text)
    return (inputs.steps, build)
  }
}
