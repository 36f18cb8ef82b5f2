// SPDX-License-Identifier: Apache-2.0

/// Everything that this module knows of a machine and one of its kernels, read in one go.
public struct HostFacts: Sendable, Equatable {
  /// The distribution.
  public var distribution: Distribution
  /// Every installed kernel.
  public var kernels: InstalledKernels
  /// The kernel that the rest is about.
  public var target: KernelRelease
  /// Whether the target runs.
  public var isRunning: Bool
  /// The target's configuration; nil when none of its files can be read.
  public var config: KernelConfig?
  /// The target's headers.
  public var headers: KernelHeaders
  /// What built the target; nil when nothing says it.
  public var compiler: KernelCompiler?
  /// The compilers of the host; empty where they were not asked for.
  public var toolchain: Toolchain
  /// Which of them builds the module.
  public var choice: CompilerChoice
  /// The package that owns the target's image; nil when none does.
  public var owner: PackageIdentity?
  /// Tencent's kernel or another.
  public var flavor: KernelFlavorReport
  /// What the running kernel asks of modules.
  public var signing: SigningPolicy
  /// A toa module that the target itself ships; nil for most.
  public var inTree: ModuleIndex.Entry?
  /// Modules of other makers that take TOA options.
  public var otherTOA: OtherTOA
  /// What keeps toa from loading.
  public var blacklist: ModuleBlacklist
  /// Start-up lines that load a toa the old way.
  public var autoload: [AutoloadLine]
  /// Taint flags of the running kernel.
  public var taint: KernelTaint?
  /// The container around this process; nil on a host.
  public var container: Container?
  /// The kernel's foreign maker; nil for a distribution's kernel.
  public var sandbox: SandboxKernel?
  /// Why nothing can be installed in place; nil for ordinary systems.
  public var immutable: ImmutableSystem?
  /// Packages that bring the target's headers.
  public var headersAdvice: PackageAdvice
  /// Packages that bring the target's compiler; nil when nothing says what built the target.
  public var compilerAdvice: PackageAdvice?
}
