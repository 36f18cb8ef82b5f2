// SPDX-License-Identifier: Apache-2.0
internal import Host

/// apt-get's commands as values.
enum Apt {
  // apt asks nothing, and the user's own configuration of the answers stays in force.
  private static let quiet = ["DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"]

  static let update = Command("apt-get", ["update"], environment: quiet)

  static func install(_ names: [String]) -> Command {
    Command("apt-get", ["install", "-y", "--no-install-recommends"] + names, environment: quiet)
  }

  static func reinstall(_ names: [String]) -> Command {
    Command("apt-get", ["install", "--reinstall"] + names, environment: quiet)
  }

  static func simulateInstall(_ names: [String]) -> Command {
    Command("apt-get", ["install", "--simulate", "--no-install-recommends"] + names, environment: quiet)
  }

  static func purge(_ names: [String]) -> Command {
    Command("apt-get", ["purge", "-y"] + names, environment: quiet)
  }

  static func simulatePurge(_ names: [String]) -> Command {
    Command("apt-get", ["purge", "--simulate"] + names, environment: quiet)
  }

  /// Names of the packages that a simulated purge would take away ("Purg make [4.3-4.1]", "Remv …").
  static func removed(bySimulation output: String) -> [String] {
    output.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      return words.count >= 2 && (words[0] == "Purg" || words[0] == "Remv") ? String(words[1]) : nil
    }
  }

  /// Names of the packages that a simulated install would add ("Inst make (4.3-4.1 Debian:12.5/stable [amd64])"), those that
  /// it would only upgrade ("Inst libc6 [2.36-8] (…)") left out.
  static func added(bySimulation output: String) -> [String] {
    output.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count >= 3, words[0] == "Inst", words[2].hasPrefix("(") else { return nil }
      return String(words[1])
    }
  }
}

/// dpkg's commands as values.
enum Dpkg {
  private static let quiet = ["DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"]

  static func install(_ paths: [String]) -> Command { Command("dpkg", ["--install"] + paths, environment: quiet) }

  /// Purges packages, also those that a killed dpkg left half installed.
  static func purge(_ names: [String]) -> Command {
    Command("dpkg", ["--purge", "--force-remove-reinstreq"] + names, environment: quiet)
  }

  /// dpkg's name of an architecture that uname calls `machine`.
  static func architecture(_ machine: String) -> String {
    ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine
  }

  static let configurePending = Command("dpkg", ["--configure", "--pending"], environment: quiet)
}
