// SPDX-License-Identifier: Apache-2.0
internal import Host

extension OfflinePackages {
  /// Something that a chosen file needs and that neither the host nor another chosen file has.
  struct Need: Sendable, Equatable {
    /// Names of which one would do.
    var alternatives: [String]
    /// The package that needs it.
    var by: String
  }

  /// What is still missing to install files, as the host's own tool says it: apt without any lists, rpm without a network.
  func needs(of files: [File]) async throws(ToaError) -> [Need] {
    let paths = files.map(\.path)
    let command = manager.format == .deb ? Self.apt(paths) : Rpm.simulateInstall(paths)
    let result: CommandResult
    do throws(CommandError) {
      result = try await system.run.run(command)
    } catch {
      throw ToaError(.notApplicable, "cannot run \(command.program)", why: error.reason)
    }
    if result.status == 0 { return [] }
    let said = result.output + "\n" + result.errorOutput
    let needs = manager.format == .deb ? Self.aptNeeds(said) : Self.rpmNeeds(said)
    guard needs.isEmpty else { return needs }
    let lines = said.split(separator: "\n").map(String.init)
    if PackageTool.saysLocked(lines) { throw CommonPreflight.locked }
    let complaints = PackageTool.complaints(in: lines, of: manager.format)
    throw ToaError(
      .refused, "the packages in \(folder) cannot be installed",
      why: (complaints.isEmpty ? Array(lines.suffix(4)) : complaints).joined(separator: "\n"),
      next: ["run it by hand to see all of it: \(command.typed)"])
  }

  static func apt(_ paths: [String]) -> Command {
    Command(
      "apt-get",
      ["install", "--simulate", "--no-install-recommends", "-o", "Dir::State::lists=/nonexistent"] + paths,
      environment: ["DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"])
  }

  /// Reads " t-kbuild : Depends: t-lib (>= 1) but it is not installable or", "  t-lib2 but it is not installable".
  static func aptNeeds(_ said: String) -> [Need] {
    var needs: [Need] = []
    var by = ""
    var continues = false
    for line in said.split(separator: "\n") where line.contains(" but it is not ") {
      var rest = line[...]
      if let colon = rest.firstRange(of: " : ") {
        by = String(rest[..<colon.lowerBound].drop { $0 == " " })
        rest = rest[colon.upperBound...]
      }
      for word in ["Depends: ", "PreDepends: "] {
        if let mark = rest.firstRange(of: word) { rest = rest[mark.upperBound...] }
      }
      guard let name = rest.split(separator: " ").first.map(String.init) else { continue }
      if continues, !needs.isEmpty {
        needs[needs.count - 1].alternatives.append(name)
      } else {
        needs.append(Need(alternatives: [name], by: by))
      }
      continues = line.hasSuffix(" or")
    }
    return needs
  }

  /// Reads "\tcpp is needed by gcc-11.4.1-2.1.el9.x86_64", "\tlibfoo.so.1()(64bit) is needed by …".
  static func rpmNeeds(_ said: String) -> [Need] {
    said.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("\t"), let mark = line.firstRange(of: " is needed by "),
        let name = line[..<mark.lowerBound].dropFirst().split(separator: " ").first
      else { return nil }
      return Need(alternatives: [String(name)], by: String(line[mark.upperBound...]))
    }
  }
}
