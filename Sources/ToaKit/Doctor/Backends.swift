// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host

/// Two backends do one job, so what is wrong with one of them is no fault of a host where the other does it.
extension DoctorContext {
  /// Whether this project's module is in the running kernel.
  var isLoaded: Bool { live?.isOurs == true }

  /// Whether addresses are delivered now, by either backend.
  var isWorking: Bool { isLoaded || bpf.live?.missing.isEmpty == true }

  /// Whether eBPF is at work here, or is to be, and the module is not.
  var usesBpf: Bool { !isLoaded && (bpf.live != nil || bpf.installed != nil && file == nil) }

  /// Whether the kernel takes a module at all; a missing compiler or header can be brought.
  var takesModule: Bool {
    if isLoaded { return true }
    let signing = facts.signing
    return !hasNoModuleSupport && !signing.modulesDisabled && (!signing.requiresSignature || file?.signer != nil)
      && facts.config?.isEnabled("MODULES") != false
  }

  /// Whether `toa install` makes packages for this system; where it does not, programs can still be loaded by hand.
  var canInstall: Bool { facts.distribution.family == .debian && facts.immutable == nil }

  /// What to type where the module is to do what eBPF cannot; nil where no module can be loaded.
  var typedSwitch: String? {
    guard takesModule else { return nil }
    let install = "toa install --backend module"
    if bpf.installed != nil { return "toa uninstall && \(install)" }
    return bpf.live == nil ? install : "toa unload && \(install)"
  }

  /// The outcome of a check on which nothing depends here; nil when something does.
  func idle(_ subject: Check.Subject) -> Outcome? {
    switch subject {
    case .module where usesBpf: Outcome(.skipped, "not needed: eBPF is used here")
    case .bpf where isLoaded && !bpf.isChosen: Outcome(.skipped, "not needed: toa.ko is used here")
    case .both, .module, .bpf: nil
    }
  }

  /// What a check found, as information only where nothing is installed yet and the other backend will do.
  func weighed(_ outcome: Outcome, _ check: Check) -> Outcome {
    guard outcome.status == .error || outcome.status == .warning else { return outcome }
    var weighed = outcome
    switch check.subject {
    case .both: break
    case .module:
      guard facts.isRunning, !isLoaded else { break }
      guard file == nil else {
        if check.group == .signature, bpf.answer == .possible, canInstall {
          weighed.fix.append("or use eBPF, which needs no signature: toa uninstall && toa install --backend ebpf")
        }
        break
      }
      switch bpf.answer {
      case .possible:
        weighed.status = .info
        weighed.fix = []
        weighed.observed +=
          check.isForBuilding
          ? "; eBPF works here without it"
          : canInstall ? "; toa install uses eBPF here" : "; eBPF works here: toa load --backend ebpf"
      case .unknown where outcome.status == .error:
        weighed.status = .warning
        weighed.observed += "; only root is told whether eBPF works here instead"
        weighed.fix = ["sudo toa doctor"] + outcome.fix
      case .unknown, .refused: break
      }
    case .bpf:
      guard !bpf.isChosen, takesModule else { break }
      weighed.status = .info
      weighed.fix = []
      weighed.observed += "; toa.ko does not need it"
    }
    return weighed
  }
}

extension Check {
  /// Whether it is about what `toa install` brings or makes where it can, before it takes eBPF.
  fileprivate var isForBuilding: Bool { [.headers, .compiler, .module].contains(group) }
}
