// SPDX-License-Identifier: Apache-2.0

/// The decision which compiler builds a module, with its reason.
public struct CompilerChoice: Sendable, Equatable, Codable {
  /// Why a compiler cannot serve.
  public enum Problem: String, Sendable, Equatable, Codable {
    /// No compiler was found at all.
    case noneFound
    /// Only compilers of an older series: they refuse the kernel's flags.
    case older
    /// Only compilers of a newer series.
    case newer
    /// Only compilers of another kind (gcc for a clang kernel or the other way round).
    case otherKind
    /// The kernel has GCC plugins, which load only into the very build that made them.
    case pluginsNeedSameBuild
    /// Only compilers for another processor: a user land of 32 bits, or a cross compiler under a general name.
    case otherMachine
  }

  /// The compiler that made the kernel; nil when nothing tells.
  public let wanted: CompilerIdentity?
  /// The compiler to build with; nil when none serves. With a `problem`, the nearest one.
  public let chosen: Toolchain.Candidate?
  /// Why the choice does not serve; nil when it does.
  public let problem: Problem?
  /// The decision as a sentence.
  public let reason: String

  /// Whether a module can be built with the choice.
  public var isUsable: Bool { problem == nil && chosen != nil }

  /// Chooses among the compilers found. Without a known wanted compiler the first is taken. `plugins` names the kernel's GCC
  /// plugins, `processor` what the kernel runs on, where that is known.
  public init(
    wanted: CompilerIdentity?, toolchain: Toolchain, plugins: [String] = [], processor: Processor? = nil
  ) {
    self.wanted = wanted
    let candidates = toolchain.candidates.filter { $0.compiles(for: processor) }
    if candidates.isEmpty, let other = toolchain.candidates.first, let processor {
      chosen = other
      problem = .otherMachine
      reason =
        "the kernel is for \(processor.machine); only \(other.summary) found, which compiles for \(other.machine ?? "?")"
      return
    }
    guard let wanted else {
      chosen = candidates.first
      problem = candidates.isEmpty ? .noneFound : nil
      reason =
        candidates.first.map { "nothing says what built the kernel; \($0.summary) is the first found" }
        ?? "no compiler found"
      return
    }
    let made = "the kernel was built with \(wanted.kind.rawValue) \(wanted.version)"
    let sameKind = candidates.filter { $0.identity.kind == wanted.kind }
    let same = sameKind.filter { $0.identity.version.isSameSeries(as: wanted.version) }
    let match =
      same.first { $0.identity.isSameBuild(as: wanted) }
      ?? same.first { $0.identity.version == wanted.version } ?? same.first
    guard let match else {
      chosen = Self.nearest(to: wanted.version, among: sameKind) ?? candidates.first
      (problem, reason) = Self.explain(made: made, wanted: wanted, nearest: chosen)
      return
    }
    chosen = match
    if !plugins.isEmpty && !match.identity.isSameBuild(as: wanted) {
      problem = .pluginsNeedSameBuild
      reason =
        "\(made) and its plugins (\(plugins.joined(separator: ", "))) load only into that build; "
        + "found \(match.summary)"
    } else {
      problem = nil
      reason = "\(made); \(match.summary) is of the same series"
    }
  }

  /// The oldest of the newer ones, which know at least the kernel's flags; else the newest of the older ones.
  private static func nearest(
    to version: CompilerVersion, among candidates: [Toolchain.Candidate]
  ) -> Toolchain.Candidate? {
    candidates.filter { $0.identity.version > version }.min { $0.identity.version < $1.identity.version }
      ?? candidates.max { $0.identity.version < $1.identity.version }
  }

  private static func explain(
    made: String, wanted: CompilerIdentity, nearest: Toolchain.Candidate?
  ) -> (Problem, String) {
    guard let nearest else { return (.noneFound, "\(made); no compiler found") }
    if nearest.identity.kind != wanted.kind {
      return (.otherKind, "\(made); only \(nearest.summary) found, which does not know its flags")
    }
    return nearest.identity.version < wanted.version
      ? (.older, "\(made); only \(nearest.summary) found, an older series that may refuse its flags")
      : (.newer, "\(made); only \(nearest.summary) found, a newer series")
  }
}

extension Toolchain.Candidate {
  /// Whether it makes code for a processor: any clang does, and of GCC one that does not say for which it is made. A GCC of i686
  /// makes code of 64 bits, too.
  public func compiles(for processor: Processor?) -> Bool {
    guard let processor, identity.kind == .gcc, let machine else { return true }
    let own = machine.prefix { $0 != "-" }
    switch processor {
    case .x86: return own == "x86_64" || own == "amd64" || (own.count == 4 && own.hasPrefix("i") && own.hasSuffix("86"))
    case .arm64: return own == "aarch64" || own == "arm64"
    }
  }

  /// "gcc 12.2.0 (/usr/bin/gcc-12)".
  public var summary: String { "\(identity.kind.rawValue) \(identity.version) (\(path))" }
}
