// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Kmod

extension Check {
  static let loaded = Check(
    "MOD01", .module, "toa.ko loaded", about: .module,
    explanation: """
      Applications see client addresses while toa.ko is in the kernel. Connections that were accepted before it was loaded keep the load
      balancer's address, so restart applications that hold connections for long.

      When it was never installed, this is what is left to do:
          toa install
      When it is installed but not loaded, load it, and look at the reason when the kernel refuses:
          toa load
          dmesg | grep -i toa
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .running) { return skip }
    if let live = context.live {
      guard live.isOurs else { return Outcome(.skipped, "another module named toa is in the kernel (MOD11)") }
      let evidence = ["/sys/module/toa: version \(live.version ?? "unknown"), hook \(live.hook ?? "unknown")"]
      return Outcome(.ok, "version \(live.version ?? "unknown"), by \(live.hook ?? "unknown")", evidence: evidence)
    }
    switch context.system.modules.state(ModuleBackend.moduleName) {
    case .builtin: return Outcome(.info, "a toa is built into this kernel (KRN03)")
    case .coming, .going:
      return Outcome(
        .warning, "toa is just being loaded or unloaded", evidence: ["/sys/module/toa/initstate"], fix: ["toa doctor"])
    case .absent, .live: break
    }
    guard let file = context.file else { return context.notInstalled }
    if let obstacle = await context.obstacle {
      return Outcome(.skipped, "not loaded, and cannot be before \(obstacle) is mended")
    }
    return Outcome(
      .error, "installed but not loaded", expected: "toa.ko in the kernel",
      evidence: ["/sys/module/toa is not there", file.path], fix: ["toa load"],
      // Beside another TOA it would not help.
      repairs: context.facts.otherTOA.traces.isEmpty ? [.loadModule(ModuleBackend.moduleName)] : [])
  }
}

extension DoctorContext {
  fileprivate var notInstalled: Outcome {
    facts.container == nil
      ? Outcome(.info, "not installed yet", fix: ["toa install"])
      : Outcome(.info, "not loaded", fix: ["toa install, on the host"])
  }

  /// Id of the check whose error keeps an installed module from loading; nil when nothing is known to.
  fileprivate var obstacle: String? {
    get async {
      if facts.signing.modulesDisabled { return "SIG04" }
      if facts.signing.requiresSignature && file?.signer == nil { return "SIG07" }
      if !hasModule {
        return file.map { system.files.isOfAnotherKernel($0.path, than: kernel) } == true ? "MOD09" : "MOD04"
      }
      if case .success(let symbols) = await comparedSymbols {
        if !symbols.other.isEmpty { return "MOD05" }
        if !symbols.missing.isEmpty { return "MOD06" }
      }
      if facts.otherTOA.traces.contains(where: { $0.name != ModuleBackend.moduleName }) { return "MOD11" }
      return facts.blacklist.entries.isEmpty ? nil : "MOD14"
    }
  }
}
