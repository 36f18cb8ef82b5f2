// SPDX-License-Identifier: Apache-2.0

extension Distribution {
  private static let debianIDs: Set<String> = [
    "debian", "ubuntu", "linuxmint", "raspbian", "deepin", "uos", "devuan", "kali", "pop", "proxmox",
  ]
  private static let redHatIDs: Set<String> = [
    "rhel", "centos", "fedora", "rocky", "almalinux", "ol", "oracle", "scientific", "amzn", "alinux", "anolis",
    "tencentos", "tlinux", "opencloudos", "openeuler", "euleros", "hce", "kylin", "bclinux", "ctyunos", "circle",
    "virtuozzo", "cloudlinux", "mariner", "azurelinux", "photon", "redhat",
  ]
  private static let suseIDs: Set<String> = [
    "suse", "sles", "sled", "sles_sap", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sle-micro", "sl-micro",
    "sle_hpc", "opensuse-microos",
  ]

  /// The family of the first identifier that is known. Kylin's desktop says `ID_LIKE=debian` under the same ID as its rpm
  /// server, so a kinship with Debian is asked first.
  static func family(of identifiers: [String]) -> Family {
    if identifiers.contains("kylin") && identifiers.contains(where: debianIDs.contains) { return .debian }
    for identifier in identifiers {
      if debianIDs.contains(identifier) { return .debian }
      if redHatIDs.contains(identifier) { return .redHat }
      if suseIDs.contains(identifier) { return .suse }
    }
    return .other
  }

  /// The package manager that a release of a family ships.
  static func packageManager(family: Family, id: String, version: String?) -> PackageManager? {
    switch family {
    case .debian: return .apt
    case .suse: return .zypper
    case .other: return nil
    case .redHat: break
    }
    if ["mariner", "azurelinux", "photon"].contains(id) { return .tdnf }
    let major = version.flatMap { Int($0.drop { !$0.isDecimal }.prefix { $0.isDecimal }) } ?? 8
    switch id {
    case "tencentos", "tlinux", "alinux", "amzn": return major < 3 ? .yum : .dnf
    case "openeuler", "kylin", "fedora", "opencloudos", "hce": return .dnf
    case "euleros": return .yum
    default: return major < 8 ? .yum : .dnf
    }
  }

  /// Whether this is RHEL itself or a rebuild of it, the only ones with gcc-toolset and devtoolset packages.
  public var isEnterpriseLinux: Bool {
    ["rhel", "redhat", "centos", "rocky", "almalinux", "ol", "oracle", "scientific", "circle", "anolis"].contains(id)
      || (idLike.contains("rhel") && !["tencentos", "tlinux", "amzn", "fedora"].contains(id))
  }

  /// Whether Tencent makes this distribution.
  public var isTencent: Bool { id == "tencentos" || id == "tlinux" || id == "opencloudos" }
}
