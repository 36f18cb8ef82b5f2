// SPDX-License-Identifier: Apache-2.0

/// The compiler that built a kernel, and who says so.
public struct KernelCompiler: Sendable, Equatable, Codable {
  /// A place that names a kernel's compiler; earlier cases are trusted more.
  public enum Source: String, Sendable, Equatable, Codable, CaseIterable {
    /// CONFIG_CC_VERSION_TEXT of the target's configuration (kernels since 4.20).
    case configText
    /// CONFIG_GCC_VERSION or CONFIG_CLANG_VERSION of the target's configuration.
    case configNumber
    /// LINUX_COMPILER in include/generated/compile.h of the target's headers.
    case compileHeader
    /// /proc/version; says only what built the running kernel.
    case procVersion
    /// The first lines of the kernel log; says only what built the running kernel.
    case kernelLog
  }

  /// One place's answer.
  public struct Statement: Sendable, Equatable, Codable {
    /// Which kind of place.
    public let source: Source
    /// The file or command.
    public let place: String
    /// The compiler named there.
    public let compiler: CompilerIdentity

    /// Creates a statement.
    public init(source: Source, place: String, compiler: CompilerIdentity) {
      self.source = source
      self.place = place
      self.compiler = compiler
    }
  }

  /// Every answer found, the most trusted first; never empty.
  public let statements: [Statement]

  /// Orders statements by trust; nil when there is none.
  public init?(_ statements: [Statement]) {
    guard !statements.isEmpty else { return nil }
    let order = Source.allCases
    self.statements = order.flatMap { source in statements.filter { $0.source == source } }
  }

  /// The answer that counts.
  public var chosen: Statement { statements[0] }
  /// The compiler that counts.
  public var identity: CompilerIdentity { statements[0].compiler }

  /// Answers that name another kind or another series of versions than the one that counts: headers and kernel do not belong
  /// together.
  public var disagreements: [Statement] {
    statements.dropFirst().filter {
      $0.compiler.kind != identity.kind || !$0.compiler.version.isSameSeries(as: identity.version)
    }
  }
}
