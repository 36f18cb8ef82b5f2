// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let compilerMatch = Check(
    "CC03", .compiler, "matching compiler", about: .module,
    explanation: """
      Kernel and module share compiler flags, and some of them exist only in newer compilers: an older gcc stops with "unrecognized
      command-line option", or leaves out protection that the kernel's entry code relies on. A newer series mostly compiles, but
      nobody has tested that pair. toa therefore takes a compiler of the kernel's own series, wherever it lies, and refuses with exit
      status 11 when there is none.

      Debian and Ubuntu install several series side by side:
          apt-get install gcc-12
      RHEL 8 and 9 and their rebuilds have gcc-toolset-N for the series that the system's gcc is not, CentOS 7 devtoolset-N; toa
      finds them below /opt/rh, no `scl enable` is needed:
          dnf install gcc-toolset-12-gcc
      SUSE has gcc7, gcc12, gcc13:
          zypper install gcc12

      A module that is already installed goes on working; only the next build needs the compiler.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable) { return skip }
    let choice = context.facts.choice
    let found = context.facts.toolchain.candidates.map { "found: \($0.summary)" }
    let names = Toolchain.names(for: context.facts.compiler?.identity)
    let evidence = found.isEmpty ? ["looked for \(names.joined(separator: " "))"] : found
    switch choice.problem {
    case nil, .pluginsNeedSameBuild?: return Outcome(.ok, choice.reason, evidence: evidence)
    case .noneFound?, .older?, .newer?, .otherKind?, .otherMachine?:
      return Outcome(
        context.buildSeverity, choice.reason,
        expected: choice.wanted.map { "\($0.kind.rawValue) \($0.version.series)" } ?? "gcc", evidence: evidence,
        fix: choice.wanted == nil ? PackageAdvice.gcc(for: context.facts.distribution).lines : context.compilerFix)
    }
  }

  static let compilerPlugins = Check(
    "CC04", .compiler, "compiler plugins", about: .module,
    explanation: """
      Some kernels are built with plugins of GCC (structure randomisation, stack leak protection; CONFIG_GCC_PLUGIN_...). A plugin is
      loaded into the compiler while it works, and loads only into the very build of gcc that it was compiled with: same version, same
      package. With any other one the build stops with "incompatible gcc/plugin versions".

      Install exactly the compiler that the kernel names (see CC01), from the same distribution release. When that version is gone
      from the repository, update the kernel, so that kernel and compiler are of one age again.
      """
  ) { context in
    if let skip = context.unmet(.moduleSupport, .host, .changeable, .headers) { return skip }
    let plugins = context.facts.headers.gccPlugins
    guard !plugins.isEmpty else { return Outcome(.ok, "none") }
    switch context.facts.choice.problem {
    case nil: return Outcome(.ok, "\(plugins.spoken), for the compiler found")
    case .pluginsNeedSameBuild?:
      return Outcome(
        context.buildSeverity, context.facts.choice.reason,
        expected: context.facts.choice.wanted.map { "\($0.kind.rawValue) \($0.version)" },
        evidence: ["\(context.facts.target.buildLink)/scripts/gcc-plugins"], fix: context.compilerFix)
    default: return Outcome(.skipped, "needs a matching compiler (CC03)")
    }
  }
}

extension PackageAdvice {
  /// The distribution's ordinary gcc, for a kernel that does not say what built it.
  fileprivate static func gcc(for distribution: Distribution) -> PackageAdvice {
    PackageAdvice(manager: distribution.packageManager, packages: ["gcc"], note: "install gcc")
  }
}
