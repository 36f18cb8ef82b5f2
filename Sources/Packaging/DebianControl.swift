// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The control file of a binary package: fields in order, the description last.
public struct DebianControl: Sendable, Equatable {
  /// Package name.
  public var package: String
  /// Version.
  public var version: String
  /// Architecture, "all" for any.
  public var architecture: String
  /// Relations that must hold before it is configured: "kmod", "linux-image-6.1.0-40-amd64".
  public var depends: [PackageRelation] = []
  /// Relations that mostly should hold.
  public var recommends: [PackageRelation] = []
  /// What cannot be installed beside it.
  public var conflicts: [PackageRelation] = []
  /// Names that it also answers to.
  public var provides: [PackageRelation] = []
  /// Part of the archive that it would belong to.
  public var section = "kernel"
  /// Fields of our own, which dpkg keeps and dpkg-query shows.
  public var custom: [PackageField] = []
  /// The one-line description.
  public var synopsis: String
  /// Paragraphs of the long description.
  public var paragraphs: [String]

  /// Creates a control file without relations and custom fields.
  public init(package: String, version: String, architecture: String, synopsis: String, paragraphs: [String]) {
    self.package = package
    self.version = version
    self.architecture = architecture
    self.synopsis = synopsis
    self.paragraphs = paragraphs
  }

  /// The control file of a package.
  init(_ package: Package) {
    self.init(
      package: package.name, version: package.fullVersion,
      architecture: package.architecture ?? PackageFormat.deb.anyArchitecture, synopsis: package.synopsis,
      paragraphs: package.paragraphs)
    depends = package.requires
    recommends = package.recommends
    conflicts = package.conflicts
    provides = package.provides
    section = package.section == .kernel ? "kernel" : "net"
    custom = package.fields
  }

  /// Nobody reads mail for packages that are made on their users' machines.
  static let maintainer = "toa <toa@example.org>"

  /// The file's text; `installedSize` is in KiB.
  public func text(installedSize: Int) throws(PackagingError) -> String {
    var lines = [
      "Package: \(try Checked.packageName(package, .deb))", "Version: \(try Checked.version(version))",
      "Architecture: \(try Checked.architecture(architecture))", "Maintainer: \(Self.maintainer)",
      "Installed-Size: \(installedSize)",
    ]
    let related = [
      ("Depends", depends), ("Recommends", recommends), ("Conflicts", conflicts), ("Provides", provides),
    ]
    for (name, relations) in related where !relations.isEmpty {
      var texts: [String] = []
      for relation in relations { texts.append(try relation.text(.deb)) }
      lines.append("\(name): \(texts.joined(separator: ", "))")
    }
    lines += ["Section: \(section)", "Priority: optional"]
    for field in custom { lines.append("\(field.name): \(try Checked.line(field.value, "value of \(field.name)"))") }
    lines.append("Description: \(try Checked.line(synopsis, "value of Description"))")
    for (index, paragraph) in paragraphs.enumerated() {
      if index > 0 { lines.append(" .") }
      lines += folded(try Checked.line(paragraph, "description"), width: 78).map { " " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Lines of a paragraph, no longer than `width` where words allow it.
func folded(_ paragraph: String, width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in paragraph.split(separator: " ") {
    if !line.isEmpty && line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  return lines + [line]
}
