// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The module's log lines about single connections, as the kernel's dynamic debug knows them: a call site each.
struct DebugLines: Sendable, Equatable {
  /// Where the kernel shows and takes the switches of all call sites: since 5.7 in /proc, before only in debugfs.
  static let paths = ["/proc/dynamic_debug/control", "/sys/kernel/debug/dynamic_debug/control"]

  /// The file that was read.
  var path: String
  /// Call sites of toa.ko.
  var sites: Int
  /// How many of them print.
  var on: Int

  var isOn: Bool { on > 0 }

  /// Counts toa.ko's call sites in the first of the files that is there; nil when none is.
  static func read(_ files: FileRoot) throws(FileError) -> DebugLines? {
    guard let path = paths.first(where: files.exists) else { return nil }
    var lines = DebugLines(path: path, sites: 0, on: 0)
    try files.forEachLine(path) { line in
      guard let prints = isOn(line) else { return }
      lines.sites += 1
      if prints { lines.on += 1 }
    }
    return lines
  }

  /// Those of the loaded module; nil where they cannot be counted, or there are none.
  static func live(_ system: System) -> DebugLines? {
    guard let lines = try? read(system.files), lines.sites > 0 else { return nil }
    return lines
  }

  /// What the kernel is told.
  static func order(_ on: Bool) -> String { "module \(ModuleBackend.moduleName) \(on ? "+p" : "-p")" }

  /// The same as a person would type it.
  func typed(_ on: Bool) -> String { "echo '\(Self.order(on))' > \(path)" }

  /// Whether a call site prints: "log.c:64 [toa]toa_log_finding =p \"TOA: …\""; nil for other modules' and for the heading.
  private static func isOn(_ line: ArraySlice<UInt8>) -> Bool? {
    // Thousands of lines, of which a few are meant: text is made of those only.
    guard line.firstRange(of: module) != nil else { return nil }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 3)
    guard words.count == 4, words[1].hasPrefix("[\(ModuleBackend.moduleName)]"), words[2].hasPrefix("=") else {
      return nil
    }
    return words[2].contains("p")
  }

  private static let module = Array("[\(ModuleBackend.moduleName)]".utf8)
}
