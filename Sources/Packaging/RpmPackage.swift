// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A binary rpm as a value; its spec is text.
public struct RpmPackage: Sendable, Equatable {
  /// What it holds; its scripts are rpm's: "post", "preun".
  public let package: Package

  /// Creates the rpm form of a package, whose scripts are rpm's.
  public init(_ package: Package) { self.package = package }

  /// "kmod-toa-5.14.0-503.el9.x86_64-0.1.0-1.x86_64.rpm".
  public var fileName: String { package.fileName(.rpm) }

  /// The spec; what it packages lies below tree/ of rpmbuild's top folder, and is dated `time` (seconds since 1970).
  public func spec(time: Int64) throws(PackagingError) -> String {
    var description: [String] = []
    for paragraph in package.paragraphs {
      description += folded(try Checked.line(paragraph, "description"), width: 78) + [""]
    }
    for field in package.fields {
      description.append("\(field.name): \(try Checked.line(field.value, "value of \(field.name)"))")
    }
    if description.last == "" { description.removeLast() }
    return try Template(carried: "rpm/package.spec").filled([
      "PAYLOAD": package.isLarge ? "w1.gzdio" : "w9.gzdio", "NAME": try Checked.packageName(package.name, .rpm),
      "VERSION": try Checked.version(package.version), "RELEASE": Package.revision,
      "SUMMARY": Self.escaped(Self.capitalised(try Checked.line(package.synopsis, "summary"))),
      "LICENSE": package.license,
      "GROUP": package.section == .kernel ? "System Environment/Kernel" : "System Environment/Daemons",
      "PACKAGER": DebianControl.maintainer, "TAGS": try tags().map { $0 + "\n" }.joined(),
      "DESCRIPTION": Self.escaped(description.joined(separator: "\n")), "TIME": String(time),
      "FILES": files.joined(separator: "\n"), "SCRIPTS": scripts,
      "CHANGELOG": Changelog(name: package.name, version: package.fullVersion, time: time).rpm,
    ])
  }

  /// The lines of the header that not every package has.
  private func tags() throws(PackagingError) -> [String] {
    var tags: [String] = []
    if package.architecture == nil { tags.append("BuildArch: noarch") }
    if !package.findsLibraries { tags.append("AutoReqProv: no") }
    let related = [
      ("Requires", package.requires), ("Provides", package.provides), ("Conflicts", package.conflicts),
    ]
    for (tag, relations) in related {
      for relation in relations { tags.append("\(tag): \(try relation.text(.rpm))") }
    }
    return tags
  }

  private var files: [String] {
    package.ownFolders.map { "%dir %attr(0755,root,root) \"\($0)\"" }
      + package.files.map { file in
        if file.link != nil { return "\"\(file.path)\"" }
        let mode = String(file.mode, radix: 8)
        let kind = package.configurationFiles.contains(file.path) ? "%config(noreplace) " : ""
        return
          "\(kind)%attr(\(String(repeating: "0", count: max(0, 4 - mode.count)))\(mode),root,root) \"\(file.path)\""
      }
  }

  private var scripts: String {
    package.scripts.sorted { $0.key < $1.key }.map { name, text in
      let script = "\n%\(name)\n" + Self.escaped(text)
      return name.hasPrefix("transfiletrigger") ? "\n\(Self.ifFileTriggers)\(script)\n%endif\n" : script
    }.joined()
  }

  /// An older rpmbuild would take the words for a line of the script before.
  private static let ifFileTriggers =
    #"%if "%(printf '4.13\n%%s\n' "$(rpm --version | tr -dc '0-9.')" | sort -V | head -n 1)" == "4.13""#

  private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// Text in which rpmbuild finds no macro.
  private static func escaped(_ text: String) -> String { text.replacing("%", with: "%%") }
}
