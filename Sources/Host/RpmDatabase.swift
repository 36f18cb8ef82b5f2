// SPDX-License-Identifier: Apache-2.0
internal import SystemPackage

/// Questions to rpm(8) about installed packages. rpm's own files have had three formats, so the program is asked.
public struct RpmDatabase: Sendable {
  private let runner: CommandRunner
  private let rootOption: [String]

  /// Asks the rpm of the host, about another tree when `root` is not the live one.
  public init(root: FileRoot, using runner: CommandRunner) {
    self.runner = runner
    rootOption = root.isLive ? [] : ["--root", root.location.string]
  }

  /// What every question prints: one line of name, version and architecture. `%{EVR}` is not known to rpm before 4.8, which
  /// no supported distribution carries.
  static let format = "%{NAME} %{EVR} %{ARCH}\\n"

  /// The command that asks for the owner of a path.
  public func ownerCommand(_ path: String) -> Command {
    Command("rpm", rootOption + ["-qf", "--qf", Self.format, path], environment: ["LC_ALL": "C"])
  }

  /// The command that asks for every installed version of a package.
  public func queryCommand(_ name: String) -> Command {
    Command("rpm", rootOption + ["-q", "--qf", Self.format, name], environment: ["LC_ALL": "C"])
  }

  /// The first package that owns a path; nil when none does or rpm cannot be asked.
  public func owner(of path: String) async -> PackageIdentity? { await ask(ownerCommand(path)).first }

  /// Every installed version of a package.
  public func versions(of name: String) async -> [PackageIdentity] { await ask(queryCommand(name)) }

  private func ask(_ command: Command) async -> [PackageIdentity] {
    guard let result = try? await runner.run(command), result.status == 0 else { return [] }
    return Self.parse(result.output)
  }

  /// Parses the lines that `format` prints; error lines ("file … is not owned by any package") have more words.
  public static func parse(_ output: String) -> [PackageIdentity] {
    output.lines.compactMap { line in
      let words = line.words
      guard words.count == 3 else { return nil }
      return PackageIdentity(name: String(words[0]), version: String(words[1]), architecture: String(words[2]))
    }
  }
}
