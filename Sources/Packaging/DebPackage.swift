// SPDX-License-Identifier: Apache-2.0

/// A binary Debian package as a value.
public struct DebPackage: Sendable, Equatable {
  /// What dpkg knows of it.
  public var control: DebianControl
  /// Maintainer scripts by name ("postinst").
  public var scripts: [String: String]
  /// What it installs.
  public var files: [PackageFile]
  /// Paths of its files that an administrator may change: dpkg keeps them as they are then.
  public var conffiles: [String]
  /// dpkg-deb's options for the compressor.
  public var compression: [String]

  /// Creates the Debian form of a package, whose scripts are Debian's.
  public init(_ package: Package) throws(PackagingError) {
    control = DebianControl(package)
    scripts = package.scripts
    conffiles = package.configurationFiles
    files =
      package.files + [
        PackageFile(
          path: "/usr/share/doc/\(package.name)/copyright",
          text: try Template(carried: "deb/copyright").filled(["LICENSE": package.license]))
      ]
    compression = package.isLarge ? ["-Zgzip", "-z1"] : ["-Zxz"]
  }

  /// "toa-modules-6.1.0-40-amd64_0.1.0-1_amd64.deb".
  public var fileName: String { "\(control.package)_\(control.version)_\(control.architecture).deb" }

  /// The folders above its files, parents first.
  var folders: [String] {
    var folders: Set<String> = []
    for file in files {
      var folder = file.path[...]
      while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
        folder = folder[..<slash]
        folders.insert(String(folder))
      }
    }
    return folders.sorted()
  }

  /// KiB on disk as dpkg-gencontrol counts: whole KiB for each file, one for each folder and link.
  var installedSize: Int {
    files.reduce(folders.count) { $0 + ($1.link == nil ? ($1.bytes.count + 1023) / 1024 : 1) }
  }
}
