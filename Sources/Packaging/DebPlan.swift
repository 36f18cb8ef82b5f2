// SPDX-License-Identifier: Apache-2.0
public import Host

/// How a .deb is made.
public struct DebPlan: PackagePlan, Equatable {
  /// The folder to make anew, empty.
  public let folder: String
  /// Files to write.
  public let files: [PackageFile]
  /// Commands to run in order when the files are there.
  public let commands: [Command]
  /// The package that comes out.
  public let output: String

  /// Plans `package` in `folder`, which ends as a file in `outputFolder`.
  ///
  /// `time` (seconds since 1970) is what the archive and newer files in it are dated. `rootOwner` is left out for dpkg before
  /// 1.19, which does not know --root-owner-group and then has to run as root.
  public init(
    _ package: DebPackage, folder: String, outputFolder: String, time: Int64, rootOwner: Bool = true
  ) throws(PackagingError) {
    var package = package
    let changelog = Changelog(name: package.control.package, version: package.control.version, time: time)
    package.files.append(
      PackageFile(
        path: "/usr/share/doc/\(package.control.package)/changelog.Debian.gz", bytes: Gzip.file(changelog.deb)))
    self.folder = folder
    output = "\(outputFolder)/\(package.fileName)"
    let control = try package.control.text(installedSize: package.installedSize)
    let sums = package.files.filter { $0.link == nil }.sorted { $0.path < $1.path }
      .map { "\(MD5.hex($0.bytes))  \($0.path.dropFirst())\n" }.joined()
    let scripts = package.scripts.sorted { $0.key < $1.key }
    let meta =
      [PackageFile(path: "/DEBIAN/control", text: control), PackageFile(path: "/DEBIAN/md5sums", text: sums)]
      + scripts.map { PackageFile(path: "/DEBIAN/\($0.key)", text: $0.value, mode: 0o755) }
      + (package.conffiles.isEmpty
        ? [] : [PackageFile(path: "/DEBIAN/conffiles", text: package.conffiles.map { $0 + "\n" }.joined())])
    files = (meta + package.files).map { file in
      var file = file
      file.path = folder + file.path
      return file
    }
    let ownership = rootOwner ? ["--root-owner-group"] : []
    commands = [
      // dpkg-deb takes the folders' modes as they are, and a strict umask would lock people out of /lib/modules.
      Command("chmod", ["-R", "u=rwX,go=rX", folder]),
      Command(
        "dpkg-deb", ownership + package.compression + ["--build", folder, output],
        environment: ["SOURCE_DATE_EPOCH": String(time), "LC_ALL": "C.UTF-8"]),
    ]
  }
}
