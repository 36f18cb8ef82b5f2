// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The program that brings packages of the distribution: its commands as values, and what its answers mean.
struct PackageTool: Sendable, Equatable {
  let manager: PackageManager

  init(_ manager: PackageManager) { self.manager = manager }

  // apt asks nothing, and the user's own configuration of the answers stays in force. Old rpm systems have no C.UTF-8.
  private var quiet: [String: String] {
    manager == .apt ? ["DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"] : ["LC_ALL": "C"]
  }

  private func command(_ words: [String]) -> Command { Command(manager.program, words, environment: quiet) }

  /// Fetches the lists again. Only apt has to be told: the others do it when theirs are old.
  var refresh: Command { command(manager.refresh.arguments) }

  /// Words that leave out what a package only recommends.
  private var frugal: [String] {
    switch manager {
    case .apt: ["--no-install-recommends"]
    // It would otherwise wait for the lock as long as another one has it.
    case .dnf: ["--setopt=install_weak_deps=False", "--setopt=exit_on_lock=True"]
    case .yum: ["--setopt=exit_on_lock=True"]
    case .zypper: ["--no-recommends"]
    case .tdnf: []
    }
  }

  func install(_ names: [String]) -> Command {
    switch manager {
    case .zypper: command(["--non-interactive", "install"] + frugal + names)
    default: command(["install", "-y"] + frugal + names)
    }
  }

  /// Installs package files that need nothing but each other, without asking a repository.
  func installLocal(_ paths: [String]) -> Command {
    switch manager {
    case .apt: Dpkg.install(paths)
    case .zypper:
      command(
        ["--non-interactive", "--no-refresh", "--disable-repositories", "install"] + frugal + paths)
    case .dnf, .yum, .tdnf: command(["install", "-y", "--disablerepo=*"] + frugal + paths)
    }
  }

  /// As a person types it to bring back files that are gone.
  func reinstall(_ names: [String]) -> Command {
    switch manager {
    case .apt: command(["install", "--reinstall"] + names)
    case .zypper: command(["install", "--force"] + names)
    case .dnf, .yum, .tdnf: command(["reinstall"] + names)
    }
  }

  func simulateInstall(_ names: [String]) -> Command {
    switch manager {
    case .apt: command(["install", "--simulate"] + frugal + names)
    case .zypper: command(["--xmlout", "--non-interactive", "install", "--dry-run"] + frugal + names)
    case .dnf, .yum, .tdnf: command(["install", "--assumeno"] + frugal + names)
    }
  }

  /// The packages that a simulated install would add, as `remove` takes them, those that it would only upgrade left out; nil
  /// when it said that it cannot.
  func added(bySimulation result: CommandResult) -> [String]? {
    switch manager {
    case .apt: result.status == 0 ? Apt.added(bySimulation: result.output) : nil
    case .zypper: result.status == 0 ? ZypperAnswer.added(result.output) : nil
    case .dnf, .yum, .tdnf: DnfAnswer.added(result)
    }
  }

  /// Takes packages away. On rpm systems rpm does it: it removes what it is told and nothing else, without asking repositories.
  func remove(_ names: [String]) -> Command { manager == .apt ? Apt.purge(names) : Rpm.erase(names) }

  func simulateRemove(_ names: [String]) -> Command {
    manager == .apt ? Apt.simulatePurge(names) : Rpm.simulateErase(names)
  }

  /// The other packages that removing `names` would take along or break.
  func dependents(of names: [String], bySimulation result: CommandResult) -> [String] {
    switch manager.format {
    case .deb: Set(Apt.removed(bySimulation: result.output)).subtracting(names).sorted()
    case .rpm: Set(Rpm.dependents(result.output + "\n" + result.errorOutput)).sorted()
    }
  }
}

/// apt-get's commands and answers.
enum Apt {
  private static let quiet = ["DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"]

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
