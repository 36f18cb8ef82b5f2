// SPDX-License-Identifier: Apache-2.0
public import Host

/// How an .rpm is made.
public struct RpmPlan: PackagePlan, Equatable {
  /// The folder to make anew, empty: rpmbuild's top folder.
  public let folder: String
  /// Files to write.
  public let files: [PackageFile]
  /// Commands to run in order when the files are there.
  public let commands: [Command]
  /// The package that comes out.
  public let output: String

  /// Plans `rpm` in `folder`, which ends as a file in `outputFolder`; `time` (seconds since 1970) is what it is dated.
  public init(_ rpm: RpmPackage, folder: String, outputFolder: String, time: Int64) throws(PackagingError) {
    for path in [folder, outputFolder] where path.contains("%") {
      throw .invalid(place: "folder for rpmbuild", value: path)
    }
    self.folder = folder
    output = "\(outputFolder)/\(rpm.fileName)"
    let spec = "\(folder)/\(rpm.package.name).spec"
    files =
      [PackageFile(path: spec, text: try rpm.spec(time: time))]
      + rpm.package.files.map { file in
        var file = file
        file.path = folder + "/tree" + file.path
        return file
      }
    let architecture = try Checked.architecture(rpm.package.architecture ?? PackageFormat.rpm.anyArchitecture)
    commands = [
      Command(
        "rpmbuild",
        [
          "-bb", "--nodeps", "--target", architecture, "--define", "_topdir \(folder)", "--define",
          "_rpmdir \(outputFolder)", spec,
        ],
        // Without somebody's own ~/.rpmmacros.
        environment: ["SOURCE_DATE_EPOCH": String(time), "LC_ALL": "C.UTF-8", "HOME": folder])
    ]
  }
}
