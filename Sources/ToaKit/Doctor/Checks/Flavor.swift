// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let flavor = Check(
    "KRN02", .kernel, "tlinux or vanilla",
    explanation: """
      Tencent's own kernels (tlinux, TK4) differ inside from everybody else's, and mostly bring a toa module of their own. Vendors
      ship two source trees for the two families and warn not to mix them. toa builds from one source, which asks the headers; what
      it has to know is whether the headers, the kernel and the system belong together.

      Several signs vote: the release's name, the package that owns the kernel, CONFIG_LOCALVERSION, a toa module in the kernel's
      tree, os-release and Tencent's release files. The kernel's package decides. When a sign says otherwise, somebody has put
      another kernel on this system, which is allowed, but its headers must come from the same place.

      Ask for the kernel's package and install the -devel package of the same version:
          rpm -qf /boot/vmlinuz-$(uname -r)
      """
  ) { context in
    let report = context.facts.flavor
    let evidence = report.votes.map { "\($0.flavor.rawValue): \($0.evidence)" }
    guard report.isDisputed else {
      return Outcome(report.votes.isEmpty ? .info : .ok, report.verdict.rawValue, evidence: evidence)
    }
    let isDebian = context.facts.distribution.family == .debian
    let image = "/boot/vmlinuz-\(context.kernel)"
    return Outcome(
      .warning, "\(report.verdict.rawValue), but not every sign agrees", expected: "kernel and headers from one maker",
      evidence: evidence, fix: [isDebian ? "dpkg -S \(image)" : "rpm -qf \(image)"])
  }

  static let inTreeModule = Check(
    "KRN03", .kernel, "the kernel's own toa",
    explanation: """
      Tencent's kernels bring a module named toa, or have it built in. Two modules of one name cannot both be loaded, and the one that
      comes with the kernel is tested with it, so toa leaves it alone and installs nothing beside it.

      Load it and let it be loaded at each boot:
          modprobe toa
          echo toa > /etc/modules-load.d/toa.conf

      It knows no trusted prefixes: it believes the option of every sender. Where that matters, let only the load balancer reach
      the port.
      """
  ) { context in
    guard let module = context.facts.inTree else { return Outcome(.ok, "the kernel brings none") }
    let isLive = context.live != nil && !context.isLoaded
    return Outcome(
      .info, module.isBuiltIn ? "built into this kernel" : "comes with the kernel\(isLive ? " and is loaded" : "")",
      evidence: [module.path], fix: isLive || module.isBuiltIn ? [] : ["modprobe toa"])
  }
}
