// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension Check {
  static let headersConfiguration = Check(
    "HDR05", .headers, "configuration of the headers", about: .module,
    explanation: """
      Headers are those of one configuration. Two kernels of one release can differ there: a distribution's ordinary and its real-time
      or debug kernel, or a kernel that somebody built again with other options. Locks, lists and per-CPU data then have other sizes.
      The kernel notices some of it (vermagic, symbol versions) and crashes on the rest.

      toa compares what the running kernel (/proc/config.gz), or else /boot/config-RELEASE, says with what the headers say. When they
      differ, install the headers of the same package source and flavour as the kernel:
          apt-get install --reinstall linux-headers-$(uname -r)
          dnf reinstall kernel-devel-$(uname -r)
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable, .headers) { return skip }
    guard context.facts.headers.isUsable else { return Outcome(.skipped, "they are of another kernel (HDR03)") }
    let system = context.system
    guard let tree = KernelConfig.read(tree: context.facts.target.buildLink, in: system.files) else {
      return Outcome(.skipped, "the headers bring no configuration")
    }
    var kernel = context.facts.isRunning ? await KernelConfig.readRunning(in: system.files, using: system.run) : nil
    if kernel == nil {
      let path = "/boot/config-\(context.kernel)"
      kernel = (try? system.files.text(path)).map { KernelConfig(parsing: $0, source: path) }
    }
    guard let kernel, !kernel.values.isEmpty else {
      return Outcome(.skipped, "nothing else says the kernel's configuration", evidence: ["no /proc/config.gz"])
    }
    // What compiled it is CC01's question.
    let differences = kernel.differences(from: tree).filter {
      !$0.name.hasSuffix("_VERSION") && !$0.name.hasSuffix("_TEXT")
    }
    guard let first = differences.first else {
      return Outcome(.ok, "that of the kernel", evidence: [kernel.source, tree.source])
    }
    return Outcome(
      context.buildSeverity, "the headers have another \(first.name) than the kernel", expected: "one configuration",
      evidence: differences.map {
        "\($0.name): \($0.here.spoken) in \(kernel.source), \($0.there.spoken) in \(tree.source)"
      },
      fix: context.headersAgain)
  }

  static let headersFollow = Check(
    "HDR07", .headers, "headers of kernels to come", about: .module,
    explanation: """
      On Debian and Ubuntu a meta-package (linux-image-amd64, linux-image-generic) brings each new kernel, and another one its headers.
      Without the second, the next kernel comes alone: the hooks of toa, or DKMS, have nothing to build against, and after the reboot
      applications see the load balancer's address. `toa install` installs it where it can.

      Install the meta-package of the headers beside that of the kernel:
          apt-get install linux-headers-amd64
      dnf and zypper update the -devel package together with the kernel once it is installed; there is nothing to be done there.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    let distribution = context.facts.distribution
    guard distribution.family == .debian, let manager = distribution.packageManager else {
      guard context.facts.headers.isUsable else { return Outcome(.skipped, "needs the kernel's headers (HDR01)") }
      return Outcome(.ok, "as the kernel")
    }
    let database = DpkgDatabase.read(from: context.system.files)
    let missing = context.facts.headersAdvice.following.filter { name in
      database?[name.replacing("linux-headers-", with: "linux-image-")] != nil
    }
    guard !missing.isEmpty else { return Outcome(.ok, "as the kernel") }
    let files = context.system.files
    let builds =
      !context.coveredKernels.isEmpty && (files.isFile(KernelHooksPackage.program) || !files.list(Dkms.tree).isEmpty)
    return Outcome(
      builds ? .warning : .info, "new kernels come without their headers", expected: missing.spoken,
      evidence: missing.map { "\($0.replacing("linux-headers-", with: "linux-image-")) is installed, \($0) is not" },
      fix: [manager.install(missing).typed])
  }

  static let headersAvailable = Check(
    "HDR08", .headers, "headers can be had", about: .module,
    explanation: """
      Repositories keep the headers of current kernels. Those of a kernel that was replaced by a security update are gone soon after:
      then no package manager can bring them, and an installation stops at its first step.

      Update the kernel and reboot, take the package from the distribution's archive (snapshot.debian.org, vault.centos.org), or
      bring it along for hosts without a network:
          apt-get update && apt-get install linux-image-amd64
          toa install --offline DIR
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    switch context.facts.headers.state {
    case .present: return Outcome(.ok, "they are here")
    case .missing, .danglingLink, .incomplete, .otherRelease: break
    }
    let names = context.facts.headersAdvice.packages
    let question: Command
    switch context.facts.distribution.packageManager {
    case .apt? where !names.isEmpty && context.system.run.find("apt-cache") != nil:
      question = Command("apt-cache", ["policy"] + names, environment: ["LC_ALL": "C"])
    case .dnf? where !names.isEmpty && context.system.run.find("dnf") != nil:
      question = Command("dnf", ["--cacheonly", "--quiet", "repoquery"] + names, environment: ["LC_ALL": "C"])
    default: return Outcome(.skipped, "no package manager that could be asked quickly")
    }
    guard let result = try? await context.system.run.run(question), result.status == 0 else {
      return Outcome(.skipped, "the package manager gives no answer", evidence: [question.typed])
    }
    let candidates = result.output.split(separator: "\n").map(String.init).filter { line in
      question.program == "dnf" || line.contains("Candidate: ") && !line.contains("(none)")
    }
    guard candidates.isEmpty else {
      return Outcome(.ok, "the repositories have them", evidence: [question.typed] + candidates)
    }
    return Outcome(
      .info, "the known repositories have no \(names.spoken)", expected: "a package of the headers",
      evidence: [question.typed],
      fix: [
        question.program == "dnf" ? "dnf makecache" : "apt-get update",
        "or update the kernel, reboot, and: toa install", "or bring the packages: toa install --offline DIR",
      ])
  }
}

extension KernelConfig.Value {
  /// As the configuration has it.
  fileprivate var spoken: String {
    switch self {
    case .yes: "y"
    case .module: "m"
    case .no: "not set"
    case .string(let text): "\"\(text)\""
    case .number(let number): "\(number)"
    case .other(let text): text
    }
  }
}
