// SPDX-License-Identifier: Apache-2.0

/// A build for another processor than the host's.
public struct CrossCompilation: Sendable, Equatable, Codable {
  /// The target's processor.
  public var processor: Processor
  /// What the names of its compiler and binutils begin with: "aarch64-linux-gnu-".
  public var prefix: String

  /// Creates a cross compilation.
  public init(processor: Processor, prefix: String) {
    self.processor = processor
    self.prefix = prefix
  }

  /// What Kbuild is told.
  public var words: [String] { ["ARCH=\(processor.rawValue)", "CROSS_COMPILE=\(prefix)"] }
}

extension HostFacts {
  /// The target's processor, as its configuration says it.
  public var processor: Processor? { config.flatMap(Processor.init(of:)) }

  /// The same with the choice among the compilers whose names begin with `prefix`.
  public func crossing(prefix: String, using runner: CommandRunner) async -> HostFacts {
    var facts = self
    facts.toolchain = await Toolchain.find(for: compiler?.identity, prefix: prefix, using: runner)
    facts.choice = CompilerChoice(
      wanted: compiler?.identity, toolchain: facts.toolchain, plugins: headers.gccPlugins, processor: processor)
    facts.compilerAdvice = (compiler?.identity).map { .crossCompiler($0, prefix: prefix, for: distribution) }
    return facts
  }
}

extension PackageAdvice {
  /// The packages that bring a cross compiler of a kernel's own series.
  public static func crossCompiler(
    _ wanted: CompilerIdentity, prefix: String, for distribution: Distribution
  ) -> PackageAdvice {
    guard distribution.family == .debian, wanted.kind == .gcc else {
      return PackageAdvice(
        manager: nil, packages: [], note: "install \(prefix)\(wanted.kind.rawValue) \(wanted.version.series)")
    }
    let own = compiler(wanted, for: distribution)
    guard !own.packages.isEmpty else { return own }
    // "/opt/bin/aarch64-linux-gnu-" as the end of a package's name: gcc-12-aarch64-linux-gnu.
    let base = prefix.split(separator: "/").last.map { String($0) } ?? prefix
    let target = (base.hasSuffix("-") ? String(base.dropLast()) : base).replacing("_", with: "-")
    return PackageAdvice(manager: distribution.packageManager, packages: own.packages.map { "\($0)-\(target)" })
  }
}
