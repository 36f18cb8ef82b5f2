// SPDX-License-Identifier: Apache-2.0

/// What keeps a module from being loaded at boot.
public struct ModuleBlacklist: Sendable, Equatable, Codable {
  /// One obstacle.
  public struct Entry: Sendable, Equatable, Codable {
    /// File and line ("/etc/modprobe.d/local.conf:3") or "/proc/cmdline".
    public let place: String
    /// The line or parameter as written.
    public let text: String
    /// Whether even an explicit load by name is refused: `install … /bin/false` and `module_blacklist=`.
    public let blocksExplicitLoad: Bool
  }

  /// Every obstacle found.
  public let entries: [Entry]

  /// Looks for the module in modprobe.d and on the kernel command line.
  public static func detect(_ module: String, in root: FileRoot) -> ModuleBlacklist {
    var entries: [Entry] = []
    for line in ModprobeConfiguration.read(from: root).lines(for: module) {
      let text = [line.command, line.module, line.rest].filter { !$0.isEmpty }.joined(separator: " ")
      let place = "\(line.path):\(line.number)"
      switch line.command {
      case "blacklist": entries.append(Entry(place: place, text: text, blocksExplicitLoad: false))
      case "install" where isRefusal(line.rest):
        entries.append(Entry(place: place, text: text, blocksExplicitLoad: true))
      default: break
      }
    }
    let commandLine = KernelCommandLine.read(from: root)
    for (parameter, blocks) in [("module_blacklist", true), ("modprobe.blacklist", false)]
    where commandLine.list(parameter).contains(module) {
      entries.append(Entry(place: "/proc/cmdline", text: "\(parameter)=\(module)", blocksExplicitLoad: blocks))
    }
    return ModuleBlacklist(entries: entries)
  }

  private static func isRefusal(_ command: String) -> Bool {
    ["/bin/false", "/bin/true", "/usr/bin/false", "/usr/bin/true", "/sbin/nologin", "false", "true", ":"]
      .contains { command == $0 || command.hasPrefix($0 + " ") }
  }
}
