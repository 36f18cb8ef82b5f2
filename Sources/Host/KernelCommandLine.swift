// SPDX-License-Identifier: Apache-2.0

/// The parameters that the boot loader gave the kernel: /proc/cmdline.
public struct KernelCommandLine: Sendable, Equatable, Codable {
  /// One parameter.
  public struct Parameter: Sendable, Equatable, Codable {
    /// Its name, dashes as underscores: "module_blacklist".
    public let name: String
    /// What follows "="; nil for a bare flag.
    public let value: String?
  }

  /// The parameters in their order; those after "--" belong to init and are left out.
  public let parameters: [Parameter]

  /// Parses a command line; double quotes keep white space together.
  public init(parsing text: String) {
    var words: [String] = []
    var word: String?
    var isQuoted = false
    for character in text {
      if character == "\"" {
        isQuoted.toggle()
        word = word ?? ""
      } else if character.isWhitespace && !isQuoted {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let last = word { words.append(last) }
    parameters = words.prefix { $0 != "--" }.map { word in
      let (name, value) = word.cut(at: "=").map { ($0.before, String($0.after)) } ?? (word[...], nil)
      return Parameter(name: String(name.map { $0 == "-" ? "_" : $0 }), value: value)
    }
  }

  /// Reads /proc/cmdline; empty when it cannot be read.
  public static func read(from root: FileRoot) -> KernelCommandLine {
    KernelCommandLine(parsing: root.line("/proc/cmdline") ?? "")
  }

  /// The last value of a parameter; "" for a bare flag, nil when it is not there.
  public subscript(_ name: String) -> String? {
    parameters.last { $0.name == name }.map { $0.value ?? "" }
  }

  /// Whether a boolean parameter is set and not set to 0, n or off.
  public func isOn(_ name: String) -> Bool {
    guard let value = self[name]?.lowercased() else { return false }
    return !["0", "n", "no", "off", "false"].contains(value)
  }

  /// The members of every list of a name: a,b,c of "module_blacklist=a,b module_blacklist=c".
  public func list(_ name: String) -> [String] {
    parameters.filter { $0.name == name }.flatMap { ($0.value ?? "").split(separator: ",").map(String.init) }
  }
}
