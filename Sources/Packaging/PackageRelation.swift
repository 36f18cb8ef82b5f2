// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What a package needs, gives or cannot be beside: the name of a package, perhaps with a version.
public struct PackageRelation: Sendable, Equatable, ExpressibleByStringLiteral {
  /// How a version is compared.
  public enum Comparison: String, Sendable {
    /// The very version.
    case equal = "="
    /// That or a later one.
    case atLeast = ">="
  }

  /// Name of a package, or one that a package provides.
  public var name: String
  /// Version, which may begin with an epoch; nil for any.
  public var version: String?
  /// How it is compared.
  public var comparison: Comparison
  /// Names that do instead; rpm is not told them.
  public var alternatives: [String] = []

  /// Creates a relation.
  public init(
    _ name: String, _ comparison: Comparison = .equal, _ version: String? = nil, or alternatives: [String] = []
  ) {
    self.name = name
    self.comparison = comparison
    self.version = version
    self.alternatives = alternatives
  }

  /// A package in any version.
  public init(stringLiteral name: String) { self.init(name) }

  /// "kmod (>= 26)" for dpkg, "kmod >= 26" for rpm.
  func text(_ format: PackageFormat) throws(PackagingError) -> String {
    var words = try Checked.packageName(name, format)
    if let version {
      let version = try Checked.relationVersion(version, format)
      let compared = "\(comparison.rawValue) \(version)"
      words += format == .deb ? " (\(compared))" : " \(compared)"
    }
    guard format == .deb else { return words }
    for name in alternatives { words += " | " + (try Checked.packageName(name, format)) }
    return words
  }
}
