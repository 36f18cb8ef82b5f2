// SPDX-License-Identifier: Apache-2.0

/// Looks for names among a kernel's symbols.
public enum KernelSymbols {
  /// The names that exist in a kernel, and the module that owns each ("" for the kernel itself). From /proc/kallsyms for the
  /// kernel that runs (which knows of modules), else from its System.map; nil when neither can be read.
  public static func find(
    _ names: Set<String>, release: String, running: String?, in root: FileRoot
  ) -> [String: String]? {
    let paths =
      (release == running ? ["/proc/kallsyms"] : [])
      + ["/boot/System.map-\(release)", "/lib/modules/\(release)/System.map"]
    for path in paths {
      guard let bytes = try? root.bytes(path, limit: 64 << 20), !bytes.isEmpty else { continue }
      return parse(bytes, names)
    }
    return nil
  }

  /// Parses lines of "ADDRESS TYPE NAME [MODULE]".
  static func parse(_ bytes: [UInt8], _ names: Set<String>) -> [String: String] {
    let lengths = Set(names.map(\.utf8.count))
    var found: [String: String] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(maxSplits: 3) { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard fields.count >= 3, lengths.contains(fields[2].count) else { continue }
      let name = String(decoding: fields[2], as: UTF8.self)
      guard names.contains(name) else { continue }
      let owner = fields.count > 3 ? String(decoding: fields[3], as: UTF8.self).trimmed : ""
      found[name] = owner.hasPrefix("[") ? String(owner.dropFirst().dropLast()) : owner
    }
    return found
  }
}
