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
  /// What init runs at boot on Red Hat systems older than systemd; Debian's init script of kmod reads modules-load.d.
  public static let bootScript = "/etc/sysconfig/modules/toa.modules"
  /// Where modprobe finds the parameters.
  public static let modprobe = "/lib/modprobe.d/toa.conf"

  private static let mark = "# Written by toa."

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
    package.files = [PackageFile(path: Self.modulesLoad, text: "\(Self.mark)\ntoa\n")]
    if format == .rpm {
      let text = "#!/bin/sh\n\(Self.mark)\n[ -d /run/systemd/system ] || exec /sbin/modprobe toa\n"
      package.files.append(PackageFile(path: Self.bootScript, text: text, mode: 0o755))
      package.ownFolders = ["/etc/sysconfig/modules"]
    }
    package.fields = try PackageField.settings(trusted: trusted, profile: profile)
    let parameters = [("trusted", trusted), ("profile", profile)].compactMap { name, value in
      value.map { " \(name)=\($0)" }
    }
    if !parameters.isEmpty {
      let text = "\(Self.mark)\noptions toa\(parameters.joined())\n"
      package.files.append(PackageFile(path: Self.modprobe, text: text))
    }
    return package
  }
}
