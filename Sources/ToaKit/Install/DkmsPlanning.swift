// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension InstallPlanner {
  /// The plan where DKMS builds, for the running kernel as for later ones.
  func dkmsPlan(_ state: InstalledModule, _ settings: ModuleSettings) async throws(ToaError) -> ModulePlan {
    let folder = PackageBuild.nextFolder(system)
    let build = DkmsSourceBuild(
      folder: folder, format: state.format, replaced: [DkmsPackage.name].compactMap { state.packages.debs[$0] })
    let isPackaged = state.packages.hasDkms && build.isInPlace(system)
    var uncovered: [UncoveredKernel] = []
    var kernels: [String] = []
    var inputs: [Step] = []
    var compiler: String?
    for release in [facts.target.text] + others(state, state.packages.hasDkms ? nil : .dkms) {
      if isPackaged && Dkms.hasInstalled(system, kernel: release) { continue }
      let isMain = release == facts.target.text
      do throws(ToaError) {
        let facts = isMain ? facts : try await system.facts(kernel: release, compilers: false)
        try Preflight(system: system, facts: facts, request: request).checkKernel()
        // DKMS takes the kernel's own compiler where it is installed, and whichever gcc is the default without a word where not.
        let resolved = try await BuildInputs(
          system, await system.withCompilers(facts), compiler: nil, offline: request.offline
        ).resolve(mayInstall: true)
        inputs += resolved.steps
        compiler = compiler ?? resolved.reason
        kernels.append(release)
      } catch {
        if isMain { throw error }
        uncovered.append(UncoveredKernel(release, error))
      }
    }
    if !Dkms.isPresent(system) {
      guard let manager = facts.distribution.packageManager else { throw Self.noDkms }
      inputs +=
        request.offline == nil
        ? [.installPackages(["dkms"], with: manager.stored)]
        : try await BuildInputs(system, facts, compiler: nil, offline: request.offline).steps(bringing: ["dkms"])
    }
    var steps = try await Self.merged(inputs + followingHeaders(.dkms, state))
    var files = PackageFiles(names: [], paths: [])
    if state.settings != settings || !state.packages.hasCommon {
      let common = packageBuild(nil, settings, state, folder: folder, withSettings: true)
      steps.append(.buildPackages(common))
      files += common.files
    }
    if !isPackaged {
      steps.append(.buildDkmsPackage(build))
      files += build.files
    }
    return ModulePlan(
      plan: plan(
        making: steps,
        (files.names.isEmpty ? [] : [.installPackageFiles(files)])
          + kernels.map { .installByDkms(DkmsInstall(version: toaVersion, kernel: $0)) },
        for: kernels, state, settings, .dkms),
      uncovered: uncovered, compiler: compiler)
  }

  private static var noDkms: ToaError {
    ToaError(
      .notApplicable, "DKMS is not installed", why: "no package manager of this host is known",
      next: ["install it by hand, or: toa install --kernel-updates hooks"])
  }
}
