// SPDX-License-Identifier: Apache-2.0
public import Host

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

/// A line of our own that a package carries: a control field that dpkg keeps, a line at the end of an rpm's description.
public struct PackageField: Sendable, Equatable {
  /// "Toa-Kernel".
  public var name: String
  /// One line.
  public var value: String

  /// Creates a field.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// A package as a value, whatever the format: what it is called, needs, does and holds.
public struct Package: Sendable, Equatable {
  /// Where in a distribution's archive it would belong.
  public enum Section: Sendable {
    /// Modules and what goes with them.
    case kernel
    /// Programs for the network.
    case net
  }

  /// What follows the version of toa in each package's version.
  public static let revision = "1"

  /// Package name.
  public var name: String
  /// Version of toa, without a revision.
  public var version: String
  /// The format's name of the architecture; nil for every one.
  public var architecture: String?
  /// The one-line description.
  public var synopsis: String
  /// Paragraphs of the long description.
  public var paragraphs: [String]
  /// Licence of what it holds.
  public var license: String
  /// Part of the archive.
  public var section = Section.kernel
  /// What must be there before it is configured.
  public var requires: [PackageRelation] = []
  /// What is mostly wanted beside it; rpm is not told it, as old ones do not know such a thing.
  public var recommends: [PackageRelation] = []
  /// Names that it also answers to.
  public var provides: [PackageRelation] = []
  /// What cannot be beside it.
  public var conflicts: [PackageRelation] = []
  /// Lines of our own.
  public var fields: [PackageField] = []
  /// Scripts by the format's name of them: "postinst", "post".
  public var scripts: [String: String] = [:]
  /// What it installs.
  public var files: [PackageFile] = []
  /// Paths of its files that an administrator may change and that are kept as they are then.
  public var configurationFiles: [String] = []
  /// Folders that are its own and go with it.
  public var ownFolders: [String] = []
  /// Whether rpm is to find the libraries that its programs need; dpkg has no such thing.
  public var findsLibraries = false
  /// Whether it is so large that compressing it well would take longer than all else.
  public var isLarge = false

  /// Creates a package without relations, scripts and files.
  public init(
    name: String, version: String, architecture: String?, synopsis: String, paragraphs: [String], license: String
  ) {
    self.name = name
    self.version = version
    self.architecture = architecture
    self.synopsis = synopsis
    self.paragraphs = paragraphs
    self.license = license
  }

  /// "0.1.0-1".
  public var fullVersion: String { "\(version)-\(Self.revision)" }

  /// The name of its file in a format.
  public func fileName(_ format: PackageFormat) -> String {
    format.fileName(name, version: fullVersion, architecture: architecture ?? format.anyArchitecture)
  }

  /// How it is made in `folder` and ends as a file in `outputFolder`; `time` (seconds since 1970) is what it is dated.
  ///
  /// `isRoot` lets a dpkg work that is too old to give the files to root by itself.
  public func plan(
    _ format: PackageFormat, folder: String, outputFolder: String, time: Int64, isRoot: Bool = false
  ) throws(PackagingError) -> any PackagePlan {
    switch format {
    case .deb:
      try DebPlan(
        DebPackage(self), folder: folder, outputFolder: outputFolder, time: time, rootOwner: !isRoot)
    case .rpm: try RpmPlan(RpmPackage(self), folder: folder, outputFolder: outputFolder, time: time)
    }
  }
}

/// How a package's file is made: files to write into a folder of its own, then commands to run. Nothing is touched here.
///
/// The same package and time give the same bytes.
public protocol PackagePlan: Sendable {
  /// The folder to make anew, empty.
  var folder: String { get }
  /// Files to write, paths absolute and below `folder`; the folders above them are made on the way.
  var files: [PackageFile] { get }
  /// Commands to run in order when the files are there.
  var commands: [Command] { get }
  /// The package that comes out.
  var output: String { get }
}
