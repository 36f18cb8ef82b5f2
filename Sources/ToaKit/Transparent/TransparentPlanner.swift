// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Turns what a host has into the steps that are missing to answers that come back to its proxy, now and after a boot.
struct TransparentPlanner: Sendable {
  /// The verb of the plans.
  static let verb = "tproxy enable"
  static let unit = UnitStart(unit: TransparentPackage.unitName)
  let system: System
  let facts: HostFacts
  let request: TransparentRequest

  /// The plan; without steps when everything is as wanted.
  func plan(_ settings: TransparentSettings) async throws(ToaError) -> Plan {
    var steps = try await toolSteps(settings)
    let misses = !steps.isEmpty
    if !request.isRuntime { steps += try await packageSteps(settings, isSure: !misses) }
    let enabled = try TransparentRecord.read(system.files)?.settings
    let isLive = try await isLive(settings)
    if misses || !isLive {
      steps.append(.raiseTransparent(TransparentRaise(settings: settings, old: enabled)))
    }
    if !request.isRuntime, system.files.hasSystemd, await !Self.unit.isActive(system) {
      steps.append(.startUnit(Self.unit))
    }
    var plan = Plan(verb: Self.verb, kernel: facts.target.text, steps: steps)
    plan.backend = nil
    return plan
  }

  // A plain user's dry run cannot see what is there.
  private func isLive(_ settings: TransparentSettings) async throws(ToaError) -> Bool {
    guard system.identity.userID == 0, try TransparentRecord.read(system.files)?.settings == settings else {
      return false
    }
    return try await TransparentRules(system.run, system.files).state(settings).isWhole
  }

  /// Packages of the programs that are not there.
  private func toolSteps(_ settings: TransparentSettings) async throws(ToaError) -> [Step] {
    let missing = tools(settings).filter { system.run.find($0.program) == nil }.map(\.package)
    return missing.isEmpty ? [] : try await BuildInputs(system, facts, compiler: nil).steps(bringing: missing)
  }

  /// The programs that the settings need, and their packages.
  private func tools(_ settings: TransparentSettings) -> [(program: String, package: String)] {
    let isDeb = facts.packageFormat == .deb
    return [
      settings.filter == .nft ? ("nft", "nftables") : ("iptables", "iptables"), ("ip", isDeb ? "iproute2" : "iproute"),
    ]
  }

  private func packageSteps(_ settings: TransparentSettings, isSure: Bool) async throws(ToaError) -> [Step] {
    let database = PackageDatabase(system)
    let names = tools(settings).map(\.package)
    // Programs that are there without a package of the distribution's need none.
    let depends = isSure ? await database.present(names) : names
    let libraries = ProgramLibraries.owners(system).packages
    let kept = await InstalledPackages.read(system, kernel: facts.target.text).debs[TransparentPackage.name]
    let build = TransparentPackageBuild(
      folder: PackageBuild.nextFolder(system), format: facts.packageFormat,
      architecture: facts.packageFormat.architecture(system.identity.machine), settings: settings,
      depends: libraries + depends, replaced: kept.map { [$0] } ?? [])
    let isInstalled = await database.packages([TransparentPackage.name], fields: [])[TransparentPackage.name] != nil
    guard !isInstalled || !build.isInPlace(system) else { return [] }
    return try await BuildInputs(system, facts, compiler: nil).packagingSteps()
      + [.buildTransparentPackage(build), .installPackageFiles(build.files)]
  }
}
