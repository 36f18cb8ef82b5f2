// SPDX-License-Identifier: Apache-2.0
public import Host

/// The package with the settings that all kernels share: load at boot, the trusted prefixes and the profile.
///
/// Its files lie below /usr/lib and /lib and are no conffiles, so that nothing stays after a removal; a file of the same name
/// in /etc overrides each.
public struct CommonPackage: Sendable, Equatable {
  /// Its name.
  public static let name = "toa-modules-common"
  /// Where systemd finds what to load at boot.
  public static let modulesLoad = "/usr/lib/modules-load.d/toa.conf"
  /// Where modprobe finds the parameters.
  public static let modprobe = "/lib/modprobe.d/toa.conf"

  /// Version of toa, without a package revision.
  public var version: String
  /// Value of the module's parameter `trusted`; nil leaves the module's default.
  public var trusted: String?
  /// Value of the module's parameter `profile`; nil leaves the module's default.
  public var profile: String?

  /// Creates the value.
  public init(version: String, trusted: String? = nil, profile: String? = nil) {
    self.version = version
    self.trusted = trusted
    self.profile = profile
  }

  /// The package.
  public func package(_ format: PackageFormat) throws(PackagingError) -> Package {
    var package = Package(
      name: Self.name, version: version, architecture: nil, synopsis: "settings of the TCP Option Address module",
      paragraphs: [
        """
        Loads toa.ko at boot and tells it which options to read, and from which prefixes to believe an address. Removed by \
        "toa uninstall".
        """
      ], license: "Apache-2.0")
    package.requires = ["kmod"]
    package.files = [PackageFile(path: Self.modulesLoad, text: "# Written by toa.\ntoa\n")]
    package.fields = try PackageField.settings(trusted: trusted, profile: profile)
    let parameters = [("trusted", trusted), ("profile", profile)].compactMap { name, value in
      value.map { " \(name)=\($0)" }
    }
    if !parameters.isEmpty {
      let text = "# Written by toa.\noptions toa\(parameters.joined())\n"
      package.files.append(PackageFile(path: Self.modprobe, text: text))
    }
    return package
  }
}
