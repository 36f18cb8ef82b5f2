// SPDX-License-Identifier: Apache-2.0

/// The modules in the running kernel: /proc/modules.
public struct LiveModules: Sendable, Equatable, Codable {
  /// One loaded module.
  public struct Module: Sendable, Equatable, Codable {
    /// Name with underscores.
    public let name: String
    /// Memory in bytes.
    public let size: Int
    /// How many users hold it; -1 when it cannot be unloaded.
    public let references: Int
    /// Modules that use it.
    public let users: [String]
    /// "Live", "Loading" or "Unloading".
    public let state: String
  }

  /// Loaded modules in the kernel's order.
  public let modules: [Module]
  /// Whether the kernel has modules at all: /proc/modules is there.
  public let isSupported: Bool

  /// Parses the text of /proc/modules; lines of another form are passed over.
  public init(parsing text: String, isSupported: Bool = true) {
    self.isSupported = isSupported
    modules = text.lines.compactMap { line in
      let words = line.words
      guard words.count >= 5, let size = Int(words[1]) else { return nil }
      let users = words[3] == "-" ? [] : words[3].split(separator: ",").map(String.init)
      return Module(
        name: String(words[0]), size: size, references: Int(words[2]) ?? -1, users: users.filter { !$0.hasPrefix("[") },
        state: String(words[4]))
    }
  }

  /// Reads the loaded modules; none when the kernel has no modules.
  public static func read(from root: FileRoot) -> LiveModules {
    guard let text = try? root.text("/proc/modules") else { return LiveModules(parsing: "", isSupported: false) }
    return LiveModules(parsing: text)
  }

  /// A loaded module.
  public subscript(_ name: String) -> Module? { modules.first { $0.name == name } }
}
