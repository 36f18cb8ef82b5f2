// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Kmod
internal import Packaging

/// Turns a host whose kernel ships a toa of its own into the steps that load it now and at every boot, without building one.
struct InTreePlanner: Sendable {
  let system: System
  let facts: HostFacts
  let request: InstallRequest

  /// The module that the kernel ships, or why there is nothing to use.
  private func module() throws(ToaError) -> ModuleIndex.Entry {
    if let entry = facts.inTree { return entry }
    var without = request
    without.useInTree = nil
    throw ToaError(
      .notApplicable, "kernel \(facts.target) has no toa module of its own",
      why: "neither modules.dep nor modules.builtin in /lib/modules/\(facts.target) has one",
      next: [without.typed(.module)])
  }

  /// The plan; without steps when the module works already.
  func plan() async throws(ToaError) -> Plan {
    let module = try module()
    try checkSettings(module)
    let kernel = facts.target.text
    guard !module.isBuiltIn else { return Plan(verb: "install", kernel: kernel, steps: []) }
    let installed = await InstalledPackages.read(system, kernel: kernel)
    var steps: [Step] = []
    let stored = ModuleSettings(trusted: installed.trusted, profile: installed.profile)
    let settings = ModuleSettings(
      trusted: try request.trust.map(trustParameter), profile: try request.profile.map(profileParameter)
    ).completed(by: stored)
    if !installed.hasCommon || stored != settings {
      let build = try await InstallPlanner(system, facts, request).settingsBuild(settings)
      steps += try await BuildInputs(system, facts, compiler: nil, offline: request.offline).packagingSteps()
      steps += [.buildPackages(build), .installPackageFiles(build.files)]
    }
    if facts.isRunning, LiveModule(system) == nil { steps.append(.loadModule(ModuleBackend.moduleName)) }
    return Plan(verb: "install", kernel: kernel, steps: steps)
  }

  /// Names of the module's parameters.
  private func parameterNames(_ module: ModuleIndex.Entry) -> [String] {
    guard !module.isBuiltIn, let place = system.files.locate(module.path) else { return [] }
    let fields = (try? system.modules.information(place)) ?? []
    return fields.filter { $0.key == "parm" }.map { String($0.value.prefix { $0 != ":" }) }
  }

  /// A setting that the module has no parameter for would keep it from loading, or do nothing.
  private func checkSettings(_ module: ModuleIndex.Entry) throws(ToaError) {
    let asked = [("--trust", "trusted", request.trust), ("--profile", "profile", request.profile)]
    let names = parameterNames(module)
    for (option, parameter, value) in asked where value != nil && !names.contains(parameter) {
      throw ToaError(
        .usage, "the kernel's own toa cannot be told \(option)",
        why: "\(module.path) " + (module.isBuiltIn ? "is built into the kernel" : "has no parameter `\(parameter)`")
          + (names.isEmpty ? "" : "; it has \(names.spoken)"),
        next: ["leave \(option) out", "or use this project's module: toa install --no-use-intree \(option) …"])
    }
    if request.compiler != nil {
      throw ToaError(.usage, "--compiler is for a module that is built", next: ["leave it out"])
    }
  }
}

extension ToaError {
  /// The kernel ships a toa, and nobody said which one is to be used.
  static func inTree(_ entry: ModuleIndex.Entry, _ facts: HostFacts, _ request: InstallRequest) -> ToaError {
    let own = "toa install --use-intree"
    if entry.isBuiltIn {
      return ToaError(
        .conflict, "kernel \(facts.target) has a toa built in",
        why:
          "\(entry.path) is part of the kernel and always at work; a second one on the same functions gives wrong addresses",
        next: ["\(own)   (changes nothing, and shows with real connections what it can do)"])
    }
    return ToaError(
      .conflict, "kernel \(facts.target) has a toa module of its own",
      why:
        "\(entry.path) comes with the kernel; depmod would prefer ours, and nobody would notice. Its maker knows its load "
        + "balancer; ours reads the options of every vendor and believes only those that you trust.",
      next: [
        "\(own)   (loads the kernel's own now and at boot; the self-test says what it can do)",
        "toa install --no-use-intree   (builds this project's and puts it before the kernel's own)",
      ])
  }
}
