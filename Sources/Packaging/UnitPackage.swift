// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Where systemd finds units of packages.
private let units = "/usr/lib/systemd/system"

/// What packages have in common that make every boot run toa: a copy of the program, its settings, units of systemd, and links by
/// which other units want those.
struct UnitPackage: Sendable {
  /// A unit, whose text is carried.
  struct Unit: Sendable {
    /// "toa-ebpf.service".
    let name: String
    /// The units that want it when they start; `systemctl mask` in /etc is stronger.
    let wantedBy: [String]

    /// Its file.
    var path: String { "\(units)/\(name)" }
    /// The links by which the others want it.
    var links: [String] { wantedBy.map { "\(units)/\($0).wants/\(name)" } }

    fileprivate var files: [PackageFile] {
      get throws(PackagingError) {
        [PackageFile(path: path, text: try Template(carried: "systemd/\(name)").filled([:]))]
          + links.map { PackageFile(path: $0, link: "../\(name)") }
      }
    }
  }

  /// The package's name, which the unit has, too.
  let name: String
  /// Folder of the program and its settings.
  let folder: String
  /// Name of the settings file in it.
  let settingsName: String
  /// The unit that runs the program.
  let unit: Unit
  /// A unit beside it.
  var helper: Unit?

  /// The program.
  var program: String { "\(folder)/toa" }
  /// Its settings.
  var settings: String { "\(folder)/\(settingsName)" }
  private var all: [Unit] { [unit] + (helper.map { [$0] } ?? []) }

  /// Puts it all into a package: the bytes of the program, the text of the settings, and scripts that let systemd know the unit.
  ///
  /// A removal runs the program with the arguments `undo`, and prints `remains` when that fails.
  func fill(
    _ package: inout Package, _ format: PackageFormat, program: [UInt8], settings: String, undo: [String],
    remains: String
  ) throws(PackagingError) {
    let undoing = [
      "UNDO": Command(self.program, undo).typed, "REMAINS": shellQuoted("\(name): \(remains)"), "UNIT": unit.name,
    ]
    switch format {
    case .deb:
      package.scripts = [
        "postinst": try Template(carried: "deb/unit.postinst").filled([:]),
        "prerm": try Template(carried: "deb/unit.prerm").filled(undoing),
        "postrm": try Template(carried: "deb/unit.postrm").filled(["UNITS": all.map(\.name).joined(separator: " ")]),
      ]
    case .rpm:
      package.scripts = [
        "post": try Template(carried: "rpm/unit.post").filled([:]),
        "preun": try Template(carried: "rpm/unit.preun").filled(undoing),
        "postun": try Template(carried: "rpm/unit.postun").filled(["UNITS": all.map(\.name).joined(separator: " ")]),
      ]
    }
    package.section = .net
    package.findsLibraries = true
    package.isLarge = true
    // Those of targets are systemd's own.
    package.ownFolders =
      [folder] + all.flatMap(\.wantedBy).filter { $0.hasSuffix(".service") }.map { "\(units)/\($0).wants" }
    package.files = [
      PackageFile(path: self.program, bytes: program, mode: 0o755),
      PackageFile(path: self.settings, text: settings),
    ]
    for unit in all { package.files += try unit.files }
  }
}
