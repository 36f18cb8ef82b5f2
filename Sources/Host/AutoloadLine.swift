// SPDX-License-Identifier: Apache-2.0

/// A line of a start-up file that loads a module the old way: `insmod /root/toa.ko` in rc.local, as the vendors' guides say.
public struct AutoloadLine: Sendable, Equatable, Codable {
  /// The file.
  public let path: String
  /// Number of the line, from 1.
  public let number: Int
  /// The line without white space at its ends.
  public let text: String

  private static let files = [
    "/etc/rc.local", "/etc/rc.d/rc.local", "/etc/rc.d/rc.modules", "/etc/rc.modules", "/etc/init.d/boot.local",
    "/etc/init.d/after.local", "/etc/profile", "/etc/bashrc", "/etc/bash.bashrc", "/etc/crontab", "/etc/inittab",
    "/root/.bashrc", "/root/.bash_profile", "/root/.profile",
  ]
  private static let folders = [
    "/etc/profile.d", "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/var/spool/cron",
    "/var/spool/cron/crontabs",
    "/etc/sysconfig/modules", "/etc/rc.local.d", "/etc/local.d", "/etc/systemd/system",
  ]

  /// Finds the lines that load a module by insmod or modprobe in start-up files; comments and toa's own files do not count.
  /// One file that is reached by two names counts once.
  public static func find(_ module: String, in root: FileRoot) -> [AutoloadLine] {
    let paths = files + folders.flatMap { folder in root.list(folder).map { "\(folder)/\($0)" } }
    var seen: Set<String> = []
    return paths.flatMap { path -> [AutoloadLine] in
      guard let place = root.resolve(path), seen.insert(place).inserted, root.isFile(path) else { return [] }
      guard let size = root.size(path), size < 1 << 20, let text = try? root.text(path), text.has(module),
        !text.has("# Written by toa.")
      else { return [] }
      return text.lines.enumerated().compactMap { index, line in
        loads(line, module) ? AutoloadLine(path: path, number: index + 1, text: line.trimmed) : nil
      }
    }
  }

  /// Whether a shell line runs insmod or modprobe with a word that names the module or its file.
  static func loads(_ line: some StringProtocol, _ module: String) -> Bool {
    // A comment may follow a command, as in ": # insmod toa.ko", which `toa install --remove-old-autoload` makes.
    let words = line.split { $0.isWhitespace || ";&|\"'`()".contains($0) }.prefix { !$0.hasPrefix("#") }
    guard let tool = words.firstIndex(where: { ["insmod", "modprobe"].contains($0.split { $0 == "/" }.last ?? "") })
    else { return false }
    let arguments = words[(tool + 1)...]
    let options = arguments.prefix { $0.hasPrefix("-") }
    if options.contains(where: { $0 == "-r" || $0 == "--remove" }) { return false }
    return arguments.contains { word in
      let file = word.split { $0 == "/" }.last.map { String($0) } ?? ""
      return file == module || ModuleIndex.moduleName(ofFile: file) == module
    }
  }
}
