// SPDX-License-Identifier: Apache-2.0

/// Which packages bring a missing thing, and the commands that a person types for them.
public struct PackageAdvice: Sendable, Equatable {
  /// The packages to install, with versions where the package manager needs them.
  public let packages: [String]
  /// Packages that must be there before, as they bring the repository of the first ones.
  public let repositories: [String]
  /// Packages that keep the first ones in step with later kernels; worth installing, not needed now.
  public let following: [String]
  /// The commands as typed, in order; empty when no package is known.
  public let commands: [Command]
  /// What else a person should know, as a sentence; nil when nothing.
  public let note: String?

  /// Creates advice; the commands default to one install of the packages.
  public init(
    manager: PackageManager?, packages: [String], following: [String] = [], repositories: [String] = [],
    note: String? = nil
  ) {
    self.packages = packages
    self.repositories = repositories
    self.following = following
    self.note = note
    let steps = [repositories, packages].filter { !$0.isEmpty }
    commands = packages.isEmpty ? [] : manager.map { manager in steps.map { manager.install($0) } } ?? []
  }

  /// The packages that bring make(1).
  public static func make(for distribution: Distribution) -> PackageAdvice {
    PackageAdvice(manager: distribution.packageManager, packages: ["make"])
  }
}
