// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let nextBoot = Check(
    "KRN05", .kernel, "newest kernel", about: .module,
    explanation: """
      After an update of the kernel package the old kernel runs on until the next reboot, which then starts the newest one. Whether
      that one has its toa.ko says PER08, and `toa status`.

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
        .info, "\(newest) is installed, and an older one runs", evidence: evidence, fix: ["reboot", "toa install"])
    }
    return Outcome(
      .info,
      "\(newest) is installed, and \(covered.contains(newest) ? "has a toa.ko" : "has no toa.ko (PER08, KRN06)")",
      evidence: evidence)
  }

  static let everyKernel = Check(
    "KRN06", .kernel, "every installed kernel", about: .module,
    explanation: """
      A module is built for one kernel. A host keeps two or three kernels, and whoever picks an older one in the boot menu, because the
      newest one misbehaves, gets a host without client addresses unless that kernel has a module too.

      Build for the others, or remove kernels that nobody will boot:
          toa install --kernel all
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    let covered = context.coveredKernels
    let bootable = context.facts.kernels.bootable
    guard !covered.isEmpty else { return Outcome(.info, "toa is not installed for any kernel") }
    let missing = bootable.map(\.release.text).filter { !covered.contains($0) }
    let evidence = covered.map { "/lib/modules/\($0)/modules.dep lists toa.ko" }
    if missing.isEmpty { return Outcome(.ok, "each has a toa.ko", evidence: evidence) }
    let next = NextBoot.read(from: context.system.files, context.facts.kernels)?.release
    if context.facts.isRunning, missing == [next], missing != [context.kernel] {
      return Outcome(.info, "only that of the next boot has no toa.ko (PER08)", evidence: evidence)
    }
    return Outcome(
      .warning, "\(missing.spoken) without a toa.ko", expected: "one for each kernel that may be booted",
      evidence: evidence,
      fix: missing.count > 1 ? ["toa install --kernel all"] : missing.map { "toa install --kernel \($0)" })
  }
}
