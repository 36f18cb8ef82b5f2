// SPDX-License-Identifier: Apache-2.0

/// Which of the two families of TOA sources suits a kernel: Tencent's own kernel (which carries a toa module and differs
/// inside) or every other one.
public enum KernelFlavor: String, Sendable, Equatable, Codable {
  /// A kernel of Tencent: TK2, TK3, TK4, tlinux.
  case tlinux
  /// Any other kernel.
  case vanilla
}

/// The verdict on a kernel's flavour with every vote.
public struct KernelFlavorReport: Sendable, Equatable, Codable {
  /// A sign that was looked at.
  public enum Sign: String, Sendable, Equatable, Codable {
    /// "tlinux" in the release.
    case release
    /// The version of the package that owns the kernel: ".tl2", ".tl3", ".tl4", "tlinux".
    case packageOwner
    /// CONFIG_LOCALVERSION.
    case localVersion
    /// A toa module in the kernel's own tree.
    case inTreeModule
    /// os-release ID.
    case distribution
    /// /etc/tlinux-release or /etc/tencentos-release.
    case releaseFile

    /// Whether the sign speaks of the kernel itself, not of the system around it: a person can install a vanilla kernel on
    /// TencentOS, and the other way round.
    public var isOfKernel: Bool {
      switch self {
      case .release, .packageOwner, .localVersion, .inTreeModule: true
      case .distribution, .releaseFile: false
      }
    }
  }

  /// One vote.
  public struct Vote: Sendable, Equatable, Codable {
    /// What was looked at.
    public let sign: Sign
    /// What it speaks for.
    public let flavor: KernelFlavor
    /// What was seen there.
    public let evidence: String

    /// Creates a vote.
    public init(_ sign: Sign, _ flavor: KernelFlavor, evidence: String) {
      self.sign = sign
      self.flavor = flavor
      self.evidence = evidence
    }
  }

  /// Every vote; signs that could not be read do not vote.
  public let votes: [Vote]

  /// Creates a report.
  public init(_ votes: [Vote]) { self.votes = votes }

  /// The verdict. A package owner decides alone; then any sign of the kernel for tlinux; then what the system is, unless a
  /// kernel sign says vanilla; vanilla when nothing speaks.
  public var verdict: KernelFlavor {
    if let owner = votes.first(where: { $0.sign == .packageOwner }) { return owner.flavor }
    let ofKernel = votes.filter(\.sign.isOfKernel)
    if ofKernel.contains(where: { $0.flavor == .tlinux }) { return .tlinux }
    if ofKernel.contains(where: { $0.flavor == .vanilla }) { return .vanilla }
    return votes.contains { $0.flavor == .tlinux } ? .tlinux : .vanilla
  }

  /// Whether some vote is against the verdict.
  public var isDisputed: Bool { votes.contains { $0.flavor != verdict } }
}
