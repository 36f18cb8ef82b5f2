// SPDX-License-Identifier: Apache-2.0

/// A file or symbolic link in a package.
public struct PackageFile: Sendable, Equatable {
  /// Absolute path on the machine where it is installed.
  public var path: String
  /// Content; empty for a link.
  public var bytes: [UInt8]
  /// Permission bits; those of a link mean nothing.
  public var mode: UInt32
  /// Where a symbolic link leads; nil for a file.
  public var link: String?

  /// Creates a file.
  public init(path: String, bytes: [UInt8], mode: UInt32 = 0o644) {
    self.path = path
    self.bytes = bytes
    self.mode = mode
  }

  /// Creates a symbolic link.
  public init(path: String, link: String) {
    self.init(path: path, bytes: [])
    self.link = link
  }

  /// Creates a text file.
  public init(path: String, text: String, mode: UInt32 = 0o644) {
    self.init(path: path, bytes: Array(text.utf8), mode: mode)
  }
}

/// A binary Debian package as a value.
public struct DebPackage: Sendable, Equatable {
  /// What dpkg knows of it.
  public var control: DebianControl
  /// Maintainer scripts by name ("postinst").
  public var scripts: [String: String]
  /// What it installs.
  public var files: [PackageFile]
  /// Paths of its files that an administrator may change: dpkg keeps them as they are then.
  public var conffiles: [String] = []
  /// dpkg-deb's options for the compressor.
  public var compression = ["-Zxz"]

  /// Creates a package.
  public init(control: DebianControl, scripts: [String: String], files: [PackageFile]) {
    self.control = control
    self.scripts = scripts
    self.files = files
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

  /// The copyright file that each of our packages has.
  static func copyright(_ package: String, license: String) throws(PackagingError) -> PackageFile {
    PackageFile(
      path: "/usr/share/doc/\(package)/copyright",
      text: try Template(carried: "deb/copyright").filled(["LICENSE": license]))
  }
}
