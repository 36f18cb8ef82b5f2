// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

extension InstallRequest.Choice: ExpressibleByArgument {}
extension KernelUpdates: ExpressibleByArgument {}

/// `toa install`: from nothing to a proven, persistent TOA.
public struct Install: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    abstract: "Build, package, load and prove TOA on this host.",
    discussion: """
      Finds the kernel's headers and compiler, builds the carried module, puts it into the package database, loads it now \
      and at every boot, and proves with real connections that applications see the client. Where the module cannot be \
      built or loaded, eBPF programs do the same. A failed step undoes all before it. A second run changes nothing.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var kernel: KernelOption
  @OptionGroup var root: RootOption

  @Option(name: .long, help: "What to install; auto keeps what is, else tries the module, else eBPF.")
  var backend = InstallRequest.Choice.auto

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var programs: ProgramOptions
  @OptionGroup var compiler: CompilerOption

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take the module from here if it is for this kernel and this toa, else build it: a folder or http(s) address.",
      valueName: "repository"))
  var from: String?

  @Flag(name: .customLong("from-only"), help: "Fail where the repository has no such module, and build nothing.")
  var fromOnly = false

  @Option(
    name: .customLong("kernel-updates"),
    help: "How later kernels get their module: dkms, hooks or none; auto keeps what is, else takes DKMS where it is.")
  var kernelUpdates: KernelUpdates?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Take missing packages of the distribution, and what they need, from this folder and from no network.",
      valueName: "dir"))
  var offline: String?

  @Flag(
    name: .customLong("use-intree"), inversion: .prefixedNo,
    help: "Load the toa that the kernel ships and build none; or build ours all the same and put it before.")
  var useInTree: Bool?

  @OptionGroup var signing: ModuleSigningOptions

  @Flag(name: .customLong("keep-on-failure"), help: "Leave everything in place when the self-test fails.")
  var keepOnFailure = false

  @Flag(
    name: .customLong("remove-old-autoload"),
    help: "Comment out lines in rc.local and the like that load a toa; `toa uninstall` brings them back.")
  var removeOldAutoload = false

  /// Creates the verb.
  public init() {}

  /// The tree that `--dry-run` looks at.
  public var rootFolder: String { root.root }

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let request = InstallRequest(
      backend: backend, kernel: kernel.kernel, trust: settings.trust, profile: settings.profile,
      compiler: compiler.compiler, from: from, fromOnly: fromOnly, kernelUpdates: kernelUpdates, useInTree: useInTree,
      offline: offline,
      cgroup: programs.cgroup, getsockopt: programs.getsockopt, dryRun: change.dryRun, otherTree: root.root != "/",
      yes: change.yes, keepOnFailure: keepOnFailure, signKey: signing.key, signCertificate: signing.certificate,
      removeOldAutoload: removeOldAutoload)
    console.answer(try await Installer(system, console).install(request))
    return .success
  }
}
