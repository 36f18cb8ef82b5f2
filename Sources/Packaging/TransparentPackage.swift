// SPDX-License-Identifier: Apache-2.0
public import Host

/// The package that makes a transparent proxy's rules at boot: toa itself, its settings and a unit of systemd.
public struct TransparentPackage: Sendable, Equatable {
  private static let unitPackage = UnitPackage(
    name: "toa-tproxy", folder: "/usr/lib/toa-tproxy", settingsName: "tproxy.json",
    unit: .init(name: "toa-tproxy.service", wantedBy: ["multi-user.target"]),
    // Services that empty the packet filter when they start.
    helper: .init(
      name: "toa-tproxy-reload.service",
      wantedBy: [
        "nftables.service", "iptables.service", "ip6tables.service", "netfilter-persistent.service",
        "firewalld.service",
      ]))
  /// Its name.
  public static let name = unitPackage.name
  /// Where toa is that the boot runs.
  public static let program = unitPackage.program
  /// What it is told.
  public static let settings = unitPackage.settings
  /// The unit that runs it.
  public static let unit = unitPackage.unit.path
  /// Name of that unit, as systemctl(1) takes it.
  public static let unitName = unitPackage.unit.name
  /// What makes the boot want the unit; `systemctl mask` in /etc is stronger.
  public static let wanted = unitPackage.unit.links[0]

  /// Version of toa, without a package revision.
  public var version: String
  /// The format's name of the architecture.
  public var architecture: String
  /// Text of the settings file.
  public var settings: String
  /// Packages of the programs that it runs, nft or iptables and ip, and of the libraries that it needs.
  public var depends: [String]
  /// What a person would type to take the rules away that these settings make.
  public var removal: [String]
  /// The program.
  public var program: [UInt8]

  /// Creates the value.
  public init(
    version: String, architecture: String, settings: String, depends: [String] = [], removal: [String],
    program: [UInt8]
  ) {
    self.version = version
    self.architecture = architecture
    self.settings = settings
    self.depends = depends
    self.removal = removal
    self.program = program
  }

  /// The package.
  public func package(_ format: PackageFormat) throws(PackagingError) -> Package {
    var package = Package(
      name: Self.name, version: version, architecture: architecture, synopsis: "rules of a transparent proxy",
      paragraphs: [
        """
        Makes at boot the rules of the packet filter and of routing by which the answers of servers come back to a proxy on \
        this host that connects to them with its clients' addresses.
        """,
        "The program toa made this package of itself on this machine. \"toa tproxy disable\" removes it and the rules.",
      ], license: "Apache-2.0")
    package.requires = depends.map { PackageRelation($0) }
    try Self.unitPackage.fill(
      &package, format, program: program, settings: settings, undo: ["tproxy", "release", "--quiet"],
      remains: "the rules stay until the next boot, or: \(removal.joined(separator: "; "))")
    return package
  }
}
