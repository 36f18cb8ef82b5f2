// SPDX-License-Identifier: Apache-2.0
internal import Host

extension HostFacts {
  /// Why no module can be built against what lies behind the target's build link; nil when one can.
  var headersError: ToaError? {
    let advice = headersAdvice.commands.map(\.typed)
    let note = headersAdvice.note.map { "\n\($0)" } ?? ""
    let what = "no headers of kernel \(target)"
    let link = target.buildLink
    switch headers.state {
    case .present: return symbolVersionsError
    case .missing: return ToaError(.headersMissing, what, why: "\(link) is not there" + note, next: advice)
    case .danglingLink(let target):
      return ToaError(
        .headersMissing, what, why: "\(link) leads to \(target), which is not there" + note, next: advice)
    case .incomplete(let files):
      return ToaError(
        .headersMissing, "the headers of kernel \(target) are incomplete",
        why: "missing: \(files.joined(separator: ", "))" + note, next: reinstall)
    case .otherRelease(let release): return otherReleaseError(release)
    }
  }

  /// Headers of another kernel: often that of an update which waits for its reboot. Making them do by another release in the
  /// Makefile gives a module with the layout of another kernel's structures.
  private func otherReleaseError(_ release: String) -> ToaError {
    let other = kernels.kernel(release)
    var next = headersAdvice.commands.map(\.typed)
    if headersAdvice.commands.isEmpty { next = [headersAdvice.note].compactMap { $0 } }
    if other?.image != nil || other?.hasModules == true {
      next += ["or boot \(release), to which they belong", "or build for it: toa install --kernel \(release)"]
    }
    return ToaError(
      .headersMissing, "the headers are for \(release), not for \(target)",
      why:
        "\(target.buildLink) leads to headers of another kernel; a module built there is refused, and with the release "
        + "changed in a Makefile it would be taken and read wrong memory",
      next: next)
  }

  /// With CONFIG_MODVERSIONS the kernel refuses a module without the checksums that Module.symvers has.
  private var symbolVersionsError: ToaError? {
    guard !headers.hasSymbolVersions, config?.isEnabled("MODVERSIONS") ?? false else { return nil }
    return ToaError(
      .headersMissing, "the headers of kernel \(target) have no Module.symvers",
      why: "it holds the checksums without which this kernel refuses a module (CONFIG_MODVERSIONS)", next: reinstall)
  }

  /// The commands that put files back which a package brought.
  private var reinstall: [String] {
    guard let manager = distribution.packageManager, !headersAdvice.packages.isEmpty else {
      return headersAdvice.commands.map(\.typed)
    }
    return [PackageTool(manager).reinstall(headersAdvice.packages).typed]
  }
}
