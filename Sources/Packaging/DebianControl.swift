// SPDX-License-Identifier: Apache-2.0

/// A field that dpkg does not know itself.
public struct ControlField: Sendable, Equatable {
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

/// The control file of a binary package: fields in order, the description last.
public struct DebianControl: Sendable, Equatable {
  /// Package name.
  public var package: String
  /// Version.
  public var version: String
  /// Architecture, "all" for any.
  public var architecture: String
  /// Relations that must hold before it is configured: "kmod", "linux-image-6.1.0-40-amd64".
  public var depends: [String] = []
  /// Names that it also answers to.
  public var provides: [String] = []
  /// Packages that may not be installed beside it.
  public var conflicts: [String] = []
  /// Part of the archive that it would belong to.
  public var section = "kernel"
  /// Fields of our own, which dpkg keeps and dpkg-query shows.
  public var custom: [ControlField] = []
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

  static let maintainer = "toa on this machine <root@localhost>"

  /// The file's text; `installedSize` is in KiB.
  public func text(installedSize: Int) throws(PackagingError) -> String {
    var lines = [
      "Package: \(try Checked.packageName(package))", "Version: \(try Checked.version(version))",
      "Architecture: \(try Checked.architecture(architecture))", "Maintainer: \(Self.maintainer)",
      "Installed-Size: \(installedSize)",
    ]
    let relations = [("Depends", depends), ("Provides", provides), ("Conflicts", conflicts)]
    for (name, relations) in relations where !relations.isEmpty {
      var checked: [String] = []
      for relation in relations { checked.append(try Self.relation(relation)) }
      lines.append("\(name): \(checked.joined(separator: ", "))")
    }
    lines += ["Section: \(section)", "Priority: optional"]
    for field in custom { lines.append("\(field.name): \(try Checked.line(field.value, "value of \(field.name)"))") }
    lines.append("Description: \(try Checked.line(synopsis, "value of Description"))")
    for (index, paragraph) in paragraphs.enumerated() {
      if index > 0 { lines.append(" .") }
      lines += Self.folded(try Checked.line(paragraph, "description"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A relation: a name, perhaps with "(>= 1.0)".
  private static func relation(_ text: String) throws(PackagingError) -> String {
    guard let open = text.firstIndex(of: "(") else { return try Checked.packageName(text) }
    let name = text[..<open]
    let inside = text[open...].dropFirst().dropLast().split(separator: " ")
    guard name.last == " ", text.last == ")", inside.count == 2,
      ["<<", "<=", "=", ">=", ">>"].contains(inside[0])
    else { throw .invalid(place: "package relation", value: text) }
    let version = try Checked.version(String(inside[1]))
    return "\(try Checked.packageName(String(name.dropLast()))) (\(inside[0]) \(version))"
  }

  /// Lines of a paragraph, each with the blank that marks a continuation, below 80 columns where words allow it.
  private static func folded(_ paragraph: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in paragraph.split(separator: " ") {
      if !line.isEmpty && line.count + 1 + word.count > 78 {
        lines.append(line)
        line = ""
      }
      line += " " + word
    }
    return lines + [line]
  }
}
