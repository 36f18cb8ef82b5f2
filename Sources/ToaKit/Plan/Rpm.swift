// SPDX-License-Identifier: Apache-2.0
internal import Host

/// rpm's commands as values.
enum Rpm {
  // Old releases have no C.UTF-8.
  static let quiet = ["LC_ALL": "C"]

  /// Installs packages, whatever version of them is there: an older one when an upgrade goes back, the same one after a kill.
  ///
  /// They are toa's own, made here by root and signed by nobody: since rpm 6 such packages are refused unless that is said.
  static func install(_ paths: [String]) -> Command {
    Command("rpm", ["--upgrade", "--nosignature", "--oldpackage", "--replacepkgs"] + paths, environment: quiet)
  }

  /// Only looks what else would be needed.
  static func simulateInstall(_ paths: [String]) -> Command {
    Command("rpm", ["--upgrade", "--test"] + paths, environment: quiet)
  }

  static func erase(_ names: [String]) -> Command { Command("rpm", ["--erase"] + names, environment: quiet) }

  /// Only looks whether something needs what would go.
  static func simulateErase(_ names: [String]) -> Command {
    Command("rpm", ["--erase", "--test"] + names, environment: quiet)
  }

  /// Version and the whole description of a package, in which toa's packages keep their fields.
  static func fields(of package: String) -> Command {
    Command("rpm", ["--query", "--qf", "%{VERSION}-%{RELEASE}\\n%{DESCRIPTION}\\n", package], environment: quiet)
  }

  /// The line behind each package, which none of toa's descriptions has.
  static let packageEnd = "====="

  /// Name, version and description of the installed packages that match patterns, a line of its own behind each.
  static func packages(_ patterns: [String]) -> Command {
    let format = "%{NAME}\\n%{VERSION}-%{RELEASE}\\n%{DESCRIPTION}\\n\(packageEnd)\\n"
    return Command("rpm", ["--query", "--all", "--qf", format] + patterns, environment: quiet)
  }

  /// Names of installed packages that match patterns.
  static func names(_ patterns: [String]) -> Command {
    Command("rpm", ["--query", "--all", "--qf", "%{NAME}\\n"] + patterns, environment: quiet)
  }

  /// The files in a package that lies in a file.
  static func files(in path: String) -> Command {
    Command("rpm", ["--query", "--list", "--package", path], environment: quiet)
  }

  /// The packages that own a path.
  static func owners(of path: String) -> Command {
    Command("rpm", ["--query", "--file", "--qf", "%{NAME}\\n", path], environment: quiet)
  }

  static func verify(_ names: [String]) -> Command { Command("rpm", ["--verify"] + names, environment: quiet) }

  /// Names of the packages that need what would go: "error: Failed dependencies:", then "\tmake is needed by (installed) x-1-1".
  static func dependents(_ output: String) -> [String] {
    let mark = " is needed by (installed) "
    return output.split(separator: "\n").compactMap { line in
      line.firstRange(of: mark).map { String(line[$0.upperBound...]) }
    }
  }

  /// Value of "Toa-Name: value" among the lines of a description; nil when there is no such line.
  static func field(_ name: String, inDescription text: some Collection<Substring>) -> String? {
    text.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
  }
}
