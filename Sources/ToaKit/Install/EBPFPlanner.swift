// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host
internal import Packaging

/// Turns what a host has into the steps that are missing to eBPF that works now and after a boot.
struct EBPFPlanner: Sendable {
  let system: System
  let facts: HostFacts
  let request: InstallRequest
  let console: Console

  /// The settings that are wanted.
  func settings() async throws(ToaError) -> EBPFSettings {
    try await EBPFSettings.wanted(
      system, console, trust: request.trust, profile: request.profile, cgroup: request.cgroup,
      getsockopt: request.getsockopt)
  }

  /// The plan; without steps when everything is as wanted.
  func plan(_ settings: EBPFSettings) async throws(ToaError) -> Plan {
    var steps: [Step] = []
    if !BpfFileSystem(system, nil).isMounted { steps.append(.mountBpf) }
    let installed = await InstalledPackages.read(system, kernel: facts.target.text)
    let build = packageBuild(settings, installed)
    let wanted = InstalledPackages.EBPF(version: toaVersion + "-1", object: system.bpf.objectHash)
    if installed.ebpf != wanted || !build.isInPlace(system) {
      steps += try await BuildInputs(system, facts, compiler: nil).packagingSteps()
      steps += [.buildEBPFPackage(build), .installPackageFiles(build.files)]
    }
    if try !isLive(with: settings) { steps.append(.loadEBPF(EBPFLoad(settings: settings, old: try liveSettings()))) }
    return Plan(verb: "install", backend: .ebpf, kernel: facts.target.text, steps: steps)
  }

  // A plain user's dry run cannot see what works.
  private func isLive(with settings: EBPFSettings) throws(ToaError) -> Bool {
    guard system.identity.userID == 0 else { return false }
    return try EBPFBackend(system).isLive(with: settings)
  }

  private func liveSettings() throws(ToaError) -> EBPFSettings? {
    guard system.identity.userID == 0, let live = try EBPFBackend(system).live() else { return nil }
    return EBPFSettings(live.settings, cgroup: Cgroups(system).name(of: live.settings.cgroup))
  }

  private func packageBuild(_ settings: EBPFSettings, _ installed: InstalledPackages) -> EBPFPackageBuild {
    let libraries = ProgramLibraries.owners(system)
    if let unowned = libraries.unowned.first {
      console.say("  this toa needs \(unowned), which no package owns; if it goes, the next boot has no TOA", .warning)
    }
    return EBPFPackageBuild(
      folder: PackageBuild.nextFolder(system), format: facts.packageFormat,
      architecture: facts.packageFormat.architecture(system.identity.machine),
      object: system.bpf.objectHash, settings: settings, depends: libraries.packages,
      replaced: [EBPFPackage.name].compactMap { installed.debs[$0] })
  }
}
