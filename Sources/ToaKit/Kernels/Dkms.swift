// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What DKMS knows of toa.ko: its commands as values, and its state read from its own tree and words.
enum Dkms {
  /// The module's name there.
  static let module = "toa"
  /// Where DKMS keeps what it built.
  static let tree = "/var/lib/dkms/\(module)"
  // It asks nothing and answers in English.
  private static let quiet = ["LC_ALL": "C.UTF-8"]

  static let status = Command("dkms", ["status", "-m", module], environment: quiet)

  /// Builds and installs for a kernel; nothing where that is done.
  static func install(_ version: String, kernel: String) -> Command {
    Command("dkms", ["install", "-m", module, "-v", version, "-k", kernel], environment: quiet)
  }

  /// Whether the host has DKMS.
  static func isPresent(_ system: System) -> Bool { system.run.find("dkms") != nil }

  /// Whether DKMS has put a module in place for a kernel: it keeps a link for each.
  static func hasInstalled(_ system: System, kernel: String) -> Bool {
    system.files.list(tree).contains { $0.hasPrefix("kernel-\(kernel)-") }
  }

  /// How far DKMS has come with one kernel.
  struct State: Sendable, Equatable {
    var version: String
    /// Empty where the source was only added.
    var kernel = ""
    /// "added", "built", "installed", "broken", "installed-weak from …".
    var state: String
    /// What stands in brackets behind it: that the built and the installed module differ.
    var remark = ""
    var isInstalled: Bool { state == "installed" }
  }

  /// The lines of `dkms status`: "toa/0.1.0, 6.1.0-56-amd64, x86_64: installed", and before DKMS 3.0
  /// "toa, 0.1.0, 6.1.0-56-amd64, x86_64: installed".
  static func states(_ output: String) -> [State] {
    output.split(separator: "\n").compactMap { line in
      guard let colon = line.lastIndex(of: ":") else { return nil }
      let words = line[..<colon].split { $0 == "," || $0 == "/" || $0 == " " }.map(String.init)
      guard words.count >= 2, words[0] == module else { return nil }
      let said = line[line.index(after: colon)...].split(separator: "(", maxSplits: 1)
      let state = said.first.map { $0.split(separator: " ").joined(separator: " ") } ?? ""
      let remark = said.count > 1 ? String(said[1].prefix { $0 != ")" }) : ""
      return State(version: words[1], kernel: words.count > 2 ? words[2] : "", state: state, remark: remark)
    }
  }
}
