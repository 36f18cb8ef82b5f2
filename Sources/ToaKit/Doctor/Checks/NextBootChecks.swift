// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension Check {
  static let nextBootCovered = Check(
    "PER08", .persistence, "the next boot's kernel", about: .module,
    explanation: """
      Which kernel the next boot starts is the boot loader's choice: the saved or named entry of GRUB or systemd-boot, else the newest
      kernel. That one needs a toa.ko of its own before the reboot. Otherwise applications see the load balancer's address as soon
      as the host is back.

      `toa status` shows every kernel with its module. Build for one, or for all:
          toa install --kernel RELEASE
          toa install --kernel all
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .running) { return skip }
    guard !context.coveredKernels.isEmpty else {
      return context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed")
    }
    guard let next = NextBoot.read(from: context.system.files, context.facts.kernels) else {
      return Outcome(.skipped, "no kernel is installed below /lib/modules")
    }
    let kernels = await context.readiness()
    guard let kernel = kernels.first(where: { $0.release == next.release }) else {
      return Outcome(.skipped, "\(next.release) has no image")
    }
    let evidence = [next.evidence] + (kernel.module.map { [$0.path] } ?? [])
    if kernel.isReady, kernel.why == nil {
      return Outcome(.ok, "\(next.release) has its toa.ko (\(kernel.byWhom))", evidence: evidence)
    }
    if kernel.isRunning, kernel.module == nil { return context.unmet(.moduleFile) ?? Outcome(.skipped, "see MOD01") }
    return Outcome(
      .warning, "\(next.release) starts next: \(kernel.why ?? "no toa.ko")", expected: "a toa.ko for it",
      evidence: evidence, fix: kernel.next.isEmpty ? ["toa install --kernel \(next.release)"] : kernel.next)
  }

  static let kernelHooks = Check(
    "PER06", .persistence, "kernels to come", about: .module,
    explanation: """
      A kernel that is installed later has no toa.ko until something builds one. Either hooks of the package toa-kernel-hooks do, which
      the scripts of the distribution's kernel packages run, or DKMS does, from the package toa-dkms. With both, two builds would
      fight for one place.

      A hook that is missing or may not be executed is passed over without a word. What was chosen, and how to choose another:
          toa install --kernel-updates auto
          toa install --kernel-updates dkms
          toa install --kernel-updates none
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    guard !context.coveredKernels.isEmpty else {
      return context.unmet(.moduleFile) ?? Outcome(.skipped, "not installed")
    }
    let files = context.system.files
    let hasHooks = files.isFile(KernelHooksPackage.program)
    let hasDkms = !files.list(Dkms.tree).isEmpty
    if hasHooks && hasDkms {
      return Outcome(
        .warning, "both the kernel hooks and DKMS build toa.ko", expected: "one of them",
        evidence: [KernelHooksPackage.program, Dkms.tree], fix: ["toa install --kernel-updates auto"])
    }
    if hasDkms { return Outcome(.ok, "DKMS builds for them (PER07)", evidence: [Dkms.tree]) }
    guard hasHooks else {
      return Outcome(
        .info, "nothing builds a toa.ko for them", evidence: ["no \(KernelHooksPackage.name), no \(Dkms.tree)"],
        fix: ["toa install --kernel-updates auto"])
    }
    let isDebian = context.facts.distribution.family == .debian
    let hooks = isDebian ? KernelHooksPackage.debianHooks : [KernelHooksPackage.plugin]
    let missing = hooks.filter { !files.isFile($0) }
    if !missing.isEmpty {
      return Outcome(
        .warning, "\(missing.spoken) \(missing.count == 1 ? "is" : "are") missing",
        expected: "the hooks of \(KernelHooksPackage.name)", evidence: hooks,
        fix: [
          isDebian ? "dpkg --purge \(KernelHooksPackage.name)" : "rpm --erase \(KernelHooksPackage.name)",
          "toa install",
        ])
    }
    let idle = hooks.filter { files.mode($0).map { $0 & 0o100 == 0 } ?? true }
    if !idle.isEmpty {
      return Outcome(
        .warning, "\(idle.spoken) may not be executed, and is passed over", expected: "mode 755", evidence: hooks,
        fix: ["chmod 755 \(idle.joined(separator: " "))"],
        repairs: idle.map { .setRights(FileRights(path: $0, mode: 0o755, old: files.mode($0) ?? 0o644)) })
    }
    // kernel-install(8) passes over a plugin that a namesake in /etc hides.
    let mask = KernelHooksPackage.plugin.replacing("/usr/lib/", with: "/etc/")
    if !isDebian, files.linkTarget(mask) != nil || files.exists(mask) {
      return Outcome(
        .warning, "\(mask) hides \(KernelHooksPackage.plugin)", expected: "no file there", evidence: [mask],
        fix: ["rm \(mask)"])
    }
    return Outcome(.ok, "hooks build for them", evidence: hooks)
  }

  static let dkmsState = Check(
    "PER07", .persistence, "DKMS", about: .module,
    explanation: """
      DKMS keeps for each module, version and kernel how far it came: added, built, installed. Only "installed" loads at a boot. A build
      that failed leaves "added", and a message that scrolls by during an update of the system; its log is
      /var/lib/dkms/toa/VERSION/build/make.log. Two versions beside each other are left of an update that went wrong.

          dkms status toa
          dkms install toa/VERSION -k RELEASE
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host) { return skip }
    guard !context.system.files.list(Dkms.tree).isEmpty else { return Outcome(.ok, "not used") }
    guard context.system.run.find("dkms") != nil else {
      return Outcome(
        .warning, "DKMS has a toa and is not installed", expected: "dkms", evidence: [Dkms.tree],
        fix: context.facts.distribution.packageManager.map { [$0.install(["dkms"]).typed] } ?? ["install dkms"])
    }
    let result: CommandResult
    do throws(CommandError) {
      result = try await context.system.run.run(Dkms.status)
    } catch {
      return Outcome(.skipped, "dkms cannot be run", evidence: [error.description])
    }
    let states = Dkms.states(result.output)
    let evidence = result.output.split(separator: "\n").map(String.init)
    let versions = Set(states.map(\.version)).sorted()
    guard let version = versions.last else {
      return Outcome(.skipped, "dkms says nothing of toa", evidence: evidence + [Dkms.status.typed])
    }
    if versions.count > 1 {
      return Outcome(
        .warning, "DKMS has versions \(versions.spoken)", expected: "one", evidence: evidence,
        fix: versions.dropLast().map { "dkms remove toa/\($0) --all" })
    }
    let kernels = context.facts.kernels.bootable.map(\.release.text)
    let missing = kernels.filter { kernel in !states.contains { $0.kernel == kernel && $0.isInstalled } }
    if !missing.isEmpty {
      return Outcome(
        .warning, "toa is not installed by DKMS for \(missing.spoken)", expected: "installed for each kernel",
        evidence: evidence, fix: missing.map { "dkms install toa/\(version) -k \($0)" })
    }
    if let odd = states.first(where: { !$0.remark.isEmpty }) {
      return Outcome(
        .warning, "\(odd.kernel): \(odd.remark)", expected: "installed", evidence: evidence,
        fix: ["dkms install --force toa/\(version) -k \(odd.kernel)"])
    }
    return Outcome(.ok, "toa/\(version) is installed for each kernel", evidence: evidence)
  }
}

extension DoctorContext {
  /// Every kernel that can boot, and what it has.
  func readiness() async -> [KernelReadiness] {
    await KernelReadiness.all(system, facts.kernels, facts.distribution.family)
  }
}
