// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What packages have in common that make every boot run toa: a copy of the program, its settings, a unit of systemd, and links by
/// which other units want it.
struct UnitPackage: Sendable {
  /// Where systemd finds units of packages.
  private static let units = "/usr/lib/systemd/system"

  /// The package's name, which the unit has, too.
  let name: String
  /// Folder of the program and its settings.
  let folder: String
  /// Name of the settings file in it.
  let settingsName: String
  /// The units that want it when they start; `systemctl mask` in /etc is stronger.
  let wantedBy: [String]

  /// The program.
  var program: String { "\(folder)/toa" }
  /// Its settings.
  var settings: String { "\(folder)/\(settingsName)" }
  /// "toa-ebpf.service".
  var unitName: String { "\(name).service" }
  /// The unit.
  var unit: String { "\(Self.units)/\(unitName)" }
  /// The links by which other units want it.
  var links: [String] { wantedBy.map { "\(Self.units)/\($0).wants/\(unitName)" } }

  /// Puts it all into a package: the bytes of the program, the text of the settings, and scripts that let systemd know the unit.
  ///
  /// A removal runs the program with the arguments `undo`, and prints `remains` when that fails.
  func fill(
    _ package: inout Package, _ format: PackageFormat, program: [UInt8], settings: String, undo: [String],
    remains: String
  ) throws(PackagingError) {
    let undoing = [
      "UNDO": Command(self.program, undo).typed, "REMAINS": shellQuoted("\(name): \(remains)"), "UNIT": unitName,
    ]
    switch format {
    case .deb:
      package.scripts = [
        "postinst": try Template(carried: "deb/unit.postinst").filled([:]),
        "prerm": try Template(carried: "deb/unit.prerm").filled(undoing),
        "postrm": try Template(carried: "deb/unit.postrm").filled(["UNIT": unitName]),
      ]
    case .rpm:
      package.scripts = [
        "post": try Template(carried: "rpm/unit.post").filled([:]),
        "preun": try Template(carried: "rpm/unit.preun").filled(undoing),
        "postun": try Template(carried: "rpm/unit.postun").filled(["UNIT": unitName]),
      ]
    }
    package.section = .net
    package.findsLibraries = true
    package.isLarge = true
    // Those of targets are systemd's own.
    package.ownFolders = [folder] + wantedBy.filter { $0.hasSuffix(".service") }.map { "\(Self.units)/\($0).wants" }
    package.files =
      [
        PackageFile(path: self.program, bytes: program, mode: 0o755),
        PackageFile(path: self.settings, text: settings),
        PackageFile(path: unit, text: try Template(carried: "systemd/\(unitName)").filled([:])),
      ] + links.map { PackageFile(path: $0, link: "../\(unitName)") }
  }
}
