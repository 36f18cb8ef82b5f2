// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

extension TransparentSettings {
  /// Where the package has them.
  static let path = TransparentPackage.settings

  /// Those of the installed package; nil when it is not installed. What does not parse is an error: nothing is guessed.
  static func installed(_ system: System) throws(ToaError) -> TransparentSettings? {
    guard system.files.exists(path) else { return nil }
    let text = try? system.files.text(path)
    guard let file = text.flatMap({ jsonValue(File.self, from: $0) }), file.schema == File.currentSchema,
      file.settings.isSound
    else {
      throw ToaError(
        .unexpected, "cannot read the settings in \(path)", why: "they are not what `toa tproxy enable` wrote there",
        next: ["toa tproxy disable, then: toa tproxy enable"])
    }
    return file.settings
  }

  /// The file's text.
  var fileText: String { jsonText(File(schema: File.currentSchema, settings: self)) + "\n" }

  private struct File: Codable {
    static let currentSchema = "toa.tproxy/1"
    var schema: String
    var settings: TransparentSettings
  }
}
