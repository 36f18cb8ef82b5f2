// SPDX-License-Identifier: Apache-2.0

/// A Linux distribution as its release files name it.
public struct Distribution: Sendable, Equatable, Codable {
  /// Which packages and habits a distribution shares.
  public enum Family: String, Sendable, Equatable, Codable {
    /// deb packages: Debian, Ubuntu and what descends from them.
    case debian
    /// rpm packages in the manner of RHEL: CentOS, Rocky, TencentOS, openEuler, Kylin server, Amazon Linux.
    case redHat
    /// rpm packages in the manner of SUSE.
    case suse
    /// Anything else.
    case other
  }

  /// Lower-case identifier, os-release ID: "debian", "centos", "openeuler"; "linux" when nothing says it.
  public var id: String
  /// os-release ID_LIKE, lower case.
  public var idLike: [String]
  /// os-release VERSION_ID: "12", "7", "24.04"; nil for rolling releases.
  public var versionID: String?
  /// Name for people, os-release PRETTY_NAME.
  public var prettyName: String
  /// os-release VARIANT_ID: "coreos", "server".
  public var variantID: String?
  /// os-release PLATFORM_ID: "platform:el9", "platform:tl4".
  public var platformID: String?
  /// The kinship that decides packages and advice.
  public var family: Family
  /// What installs packages here; nil when none is known.
  public var packageManager: PackageManager?
  /// The file that said so; nil when none did.
  public var source: String?

  /// Creates a distribution from its parts; the family and package manager follow from the identifiers.
  public init(
    id: String, idLike: [String] = [], versionID: String? = nil, prettyName: String? = nil, variantID: String? = nil,
    platformID: String? = nil, source: String? = nil
  ) {
    self.id = id.lowercased()
    self.idLike = idLike.map { $0.lowercased() }
    self.versionID = versionID
    self.prettyName = prettyName ?? id
    self.variantID = variantID
    self.platformID = platformID
    self.source = source
    family = Self.family(of: [self.id] + self.idLike)
    packageManager = Self.packageManager(family: family, id: self.id, version: versionID)
  }

  /// The distribution that an os-release file describes.
  public init(_ release: OSRelease, source: String? = nil) {
    self.init(
      id: release["ID"] ?? "linux", idLike: release["ID_LIKE"]?.words.map(String.init) ?? [],
      versionID: release["VERSION_ID"], prettyName: release["PRETTY_NAME"] ?? release["NAME"] ?? "Linux",
      variantID: release["VARIANT_ID"], platformID: release["PLATFORM_ID"], source: source)
  }

  /// The number before the first point of the version: 7 of "7.9", 10 of "V10".
  public var majorVersion: Int? {
    guard let versionID else { return nil }
    return Int(versionID.drop { !$0.isDecimal }.prefix { $0.isDecimal })
  }

  /// The distribution of a tree: os-release, else the older release files, else "linux". A package manager that is present
  /// in the tree wins over the one that the name suggests.
  public static func detect(in root: FileRoot) -> Distribution {
    var found: Distribution
    if let (release, path) = OSRelease.read(from: root), release["ID"] != nil {
      found = Distribution(release, source: path)
    } else {
      found = LegacyRelease.read(from: root) ?? Distribution(id: "linux", prettyName: "Linux")
    }
    found.refine(from: root)
    return found
  }

  private mutating func refine(from root: FileRoot) {
    func has(_ program: String) -> Bool {
      ["/usr/bin/", "/bin/", "/usr/sbin/"].contains { root.exists($0 + program) }
    }
    if family == .other {
      if has("dpkg") && has("apt-get") {
        family = .debian
      } else if has("zypper") {
        family = .suse
      } else if has("rpm") && (has("dnf") || has("yum") || has("tdnf")) {
        family = .redHat
      }
      packageManager = Self.packageManager(family: family, id: id, version: versionID)
    }
    guard family == .redHat, let manager = packageManager, !has(manager.program) else { return }
    packageManager = [PackageManager.dnf, .yum, .tdnf].first { has($0.program) } ?? manager
  }
}
