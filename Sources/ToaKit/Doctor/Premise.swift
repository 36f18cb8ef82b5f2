// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

/// What a check needs before its question makes sense. Where it is not given another check has already said so, and this one
/// is skipped: one cause gives one error.
enum Premise: Sendable {
  /// A kernel that can load modules.
  case moduleSupport
  /// The kernel that is looked at runs.
  case running
  /// Not a container, whose files say nothing of the kernel.
  case host
  /// A system whose files can be changed in place, or one that has its module already.
  case changeable
  /// Complete headers of some kernel behind the build link.
  case headers
  /// A toa.ko that belongs to the kernel.
  case moduleFile
  /// This project's module in the kernel.
  case loaded
  /// Either backend at work.
  case working
  /// Root, whom alone the kernel tells about eBPF.
  case root
  /// cgroup2, mounted so that its programs can be asked for.
  case cgroup
}

extension DoctorContext {
  /// The release of the kernel that is looked at.
  var kernel: String { facts.target.text }

  /// Whether the running kernel was built without loadable modules.
  var hasNoModuleSupport: Bool { facts.isRunning && system.moduleLoading() == ENOSYS }

  /// Whether there is a module that works, or would after loading: what a build needs is then not missed today.
  var hasModule: Bool {
    isLoaded || file?.kernel == kernel
  }

  /// How bad it is when a module cannot be built: fatal without one, a matter of the next update with one.
  var buildSeverity: Finding.Status { hasModule ? .warning : .error }

  /// Releases of the installed kernels for which depmod knows a toa.ko that did not come with the kernel.
  var coveredKernels: [String] {
    facts.kernels.kernels.map(\.release.text).filter { release in
      ModuleIndex.read(for: release, in: system.files).all(ModuleBackend.moduleName).contains { !$0.isInTree }
    }
  }

  /// Commands that bring the headers, or a sentence where no package is known.
  var headersFix: [String] { facts.headersAdvice.lines }

  /// Commands that bring them again, where files of the package are missing or wrong.
  var headersAgain: [String] {
    headersFix.map { line in
      line.replacing("apt-get install", with: "apt-get install --reinstall")
        .replacing("dnf install", with: "dnf reinstall").replacing("yum install", with: "yum reinstall")
        .replacing("zypper install", with: "zypper install --force")
    }
  }

  /// Commands that bring them, again where dpkg has their package as installed already.
  var headersFixOrAgain: [String] {
    let database = DpkgDatabase.read(from: system.files)
    let names = facts.headersAdvice.packages
    return !names.isEmpty && names.allSatisfy { database?[$0] != nil } ? headersAgain : headersFix
  }

  /// Commands that bring the kernel's compiler.
  var compilerFix: [String] { facts.compilerAdvice?.lines ?? PackageAdvice.make(for: facts.distribution).lines }

  /// A skipped outcome for the first premise that is not given; nil when all are.
  func unmet(_ premises: Premise...) -> Outcome? {
    premises.lazy.compactMap(missing).first.map { Outcome(.skipped, $0) }
  }

  private func missing(_ premise: Premise) -> String? {
    switch premise {
    case .moduleSupport: hasNoModuleSupport ? "needs a kernel with loadable modules (ENV03)" : nil
    case .running: facts.isRunning ? nil : "kernel \(kernel) does not run here"
    case .host: facts.container == nil ? nil : "needs the host, this is a container (ENV04)"
    case .changeable:
      facts.immutable == nil || hasModule ? nil : "needs a system that can be changed in place (ENV06)"
    case .headers:
      switch facts.headers.state {
      case .missing, .incomplete: "needs the kernel's headers (HDR01)"
      case .danglingLink: "needs the kernel's headers (HDR02)"
      case .present, .otherRelease: nil
      }
    case .moduleFile: file == nil ? "needs an installed toa.ko (MOD01)" : nil
    case .loaded: isLoaded ? nil : "needs toa.ko in the kernel (MOD01)"
    case .working: isWorking ? nil : "needs toa.ko or eBPF at work (MOD01, BPF07)"
    case .root: system.identity.userID == 0 ? nil : "only root is told (ENV02)"
    case .cgroup: bpf.mounts.cgroup2 == nil ? "needs a mounted cgroup2 (BPF04)" : nil
    }
  }
}

extension PackageAdvice {
  /// The commands as typed, or the note where there are none.
  var lines: [String] { commands.isEmpty ? [note].compactMap { $0 } : commands.map(\.typed) }
}

extension String {
  /// A list with blanks after its commas, at which lines can be broken.
  var spaced: String { replacing(",", with: ", ") }
}

extension Collection<String> {
  /// "a, b and c".
  var spoken: String {
    guard let last = Array(self).last else { return "none" }
    return count == 1 ? last : dropLast().joined(separator: ", ") + " and " + last
  }
}
