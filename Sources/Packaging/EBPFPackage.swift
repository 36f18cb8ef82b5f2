// SPDX-License-Identifier: Apache-2.0
public import Host

/// The package that loads the eBPF programs at boot: toa itself, its settings and a unit of systemd.
public struct EBPFPackage: Sendable, Equatable {
  private static let unitPackage = UnitPackage(
    name: "toa-ebpf", folder: "/usr/lib/toa", settingsName: "ebpf.json",
    unit: .init(name: "toa-ebpf.service", wantedBy: ["sysinit.target"]))
  /// Its name.
  public static let name = unitPackage.name
  /// Where toa is that the boot runs.
  public static let program = unitPackage.program
  /// What it is told.
  public static let settings = unitPackage.settings
  /// The unit that runs it.
  public static let unit = unitPackage.unit.path
  /// What makes the boot want the unit; `systemctl mask` in /etc is stronger.
  public static let wanted = unitPackage.unit.links[0]

  /// Version of toa, without a package revision.
  public var version: String
  /// The format's name of the architecture.
  public var architecture: String
  /// Hash of the programs that it loads, 32 hexadecimal digits.
  public var object: String
  /// The prefixes that the settings name; nil when they leave the default.
  public var trusted: String?
  /// The words of the profile that the settings name; nil when they leave the default.
  public var profile: String?
  /// Text of the settings file.
  public var settings: String
  /// Packages of the libraries that the program needs.
  public var depends: [String]
  /// The program.
  public var program: [UInt8]

  /// Creates the value.
  public init(
    version: String, architecture: String, object: String, trusted: String? = nil, profile: String? = nil,
    settings: String, depends: [String] = [], program: [UInt8]
  ) {
    self.version = version
    self.architecture = architecture
    self.object = object
    self.trusted = trusted
    self.profile = profile
    self.settings = settings
    self.depends = depends
    self.program = program
  }

  /// The package.
  public func package(_ format: PackageFormat) throws(PackagingError) -> Package {
    var package = Package(
      name: Self.name, version: version, architecture: architecture,
      synopsis: "client addresses from TCP options by eBPF",
      paragraphs: [
        """
        Attaches at boot the eBPF programs that give servers behind a layer-4 load balancer the client's address, which \
        the load balancer writes into a TCP option.
        """,
        "The program toa made this package of itself on this machine. \"toa uninstall\" detaches and removes it.",
      ], license: "Apache-2.0")
    package.requires = depends.map { PackageRelation($0) }
    package.fields = [PackageField(name: "Toa-Object", value: object)]
    package.fields += try PackageField.settings(trusted: trusted, profile: profile)
    try Self.unitPackage.fill(
      &package, format, program: program, settings: settings, undo: ["unload", "--quiet"],
      remains: "the eBPF programs stay attached until the next boot, or: rm -r /sys/fs/bpf/toa")
    return package
  }
}
