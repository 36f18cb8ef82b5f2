// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let nextBoot = Check(
    "KRN05", .kernel, "the next boot", about: .module,
    explanation: """
      After an update of the kernel package the old kernel runs on until the next reboot, which then starts the newest one. A module
      that was built only for the running kernel is not there any more, and applications see the load balancer's address again.

      Build for the newest kernel before the reboot, not after:
          toa install --kernel RELEASE

      When toa is not installed yet, consider a reboot first: packages of the running kernel's headers may already be gone from the
      distribution's repository, those of the newest kernel are there.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running) { return skip }
    guard let newest = context.facts.kernels.newest?.release.text else {
      return Outcome(.skipped, "no kernel is installed below /lib/modules")
    }
    guard newest != context.kernel else { return Outcome(.ok, "the running kernel is the newest installed") }
    let evidence = ["/lib/modules: \(context.facts.kernels.kernels.map(\.release.text).joined(separator: ", "))"]
    let covered = context.coveredKernels
    if covered.isEmpty {
      return Outcome(
        .info, "\(newest) is installed and starts at the next boot", evidence: evidence,
        fix: ["reboot", "toa install"])
    }
    if covered.contains(newest) {
      return Outcome(.info, "\(newest) starts at the next boot, and has a toa.ko", evidence: evidence)
    }
    return Outcome(
      .warning, "\(newest) starts at the next boot, and has no toa.ko", expected: "a toa.ko for it", evidence: evidence,
      fix: ["toa install --kernel \(newest)"])
  }

  static let everyKernel = Check(
    "KRN06", .kernel, "every installed kernel", about: .module,
    explanation: """
      A module is built for one kernel. A host keeps two or three kernels, and whoever picks an older one in the boot menu, because the
      newest one misbehaves, gets a host without client addresses unless that kernel has a module too.

      Build for the others, or remove kernels that nobody will boot:
          toa install --kernel RELEASE
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    let covered = context.coveredKernels
    let bootable = context.facts.kernels.kernels.filter { $0.hasModules && ($0.image != nil || $0.isRunning) }
    guard !covered.isEmpty else { return Outcome(.info, "toa is not installed for any kernel") }
    let missing = bootable.map(\.release.text).filter { !covered.contains($0) }
    let evidence = covered.map { "/lib/modules/\($0)/modules.dep lists toa.ko" }
    if missing.isEmpty { return Outcome(.ok, "each has a toa.ko", evidence: evidence) }
    if missing == [context.facts.kernels.newest?.release.text], missing != [context.kernel] {
      return Outcome(.info, "only the newest has no toa.ko (KRN05)", evidence: evidence)
    }
    return Outcome(
      .warning, "\(missing.spoken) without a toa.ko", expected: "one for each kernel that may be booted",
      evidence: evidence, fix: missing.map { "toa install --kernel \($0)" })
  }
}
