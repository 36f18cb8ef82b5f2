// SPDX-License-Identifier: Apache-2.0

/// The program that installs packages from a distribution's repositories.
public enum PackageManager: String, Sendable, Equatable, Codable, CaseIterable {
  /// apt-get of Debian and Ubuntu.
  case apt
  /// dnf of RHEL 8 and later, Fedora, openEuler, TencentOS 3 and 4.
  case dnf
  /// yum of RHEL 5 to 7 and TencentOS 2.
  case yum
  /// zypper of SUSE and openSUSE.
  case zypper
  /// tdnf of Photon and Azure Linux.
  case tdnf

  /// The program's name.
  public var program: String { self == .apt ? "apt-get" : rawValue }

  /// The format of its packages.
  public var format: PackageFormat { self == .apt ? .deb : .rpm }

  /// The program that answers questions about installed packages.
  public var databaseTool: String { self == .apt ? "dpkg" : "rpm" }

  /// The command that installs packages; `assumeYes` answers its questions.
  public func install(_ packages: [String], assumeYes: Bool = false) -> Command {
    switch (self, assumeYes) {
    case (.apt, true):
      Command(program, ["install", "-y"] + packages, environment: ["DEBIAN_FRONTEND": "noninteractive"])
    case (.zypper, true): Command(program, ["--non-interactive", "install"] + packages)
    case (_, true): Command(program, ["install", "-y"] + packages)
    case (_, false): Command(program, ["install"] + packages)
    }
  }

  /// The command that removes packages; `assumeYes` answers its questions.
  public func remove(_ packages: [String], assumeYes: Bool = false) -> Command {
    var command = install(packages, assumeYes: assumeYes)
    command.arguments = command.arguments.map { $0 == "install" ? "remove" : $0 }
    return command
  }

  /// The command that fetches the repositories' lists again.
  public var refresh: Command {
    switch self {
    case .apt: Command(program, ["update"])
    case .zypper: Command(program, ["refresh"])
    case .dnf, .yum, .tdnf: Command(program, ["makecache"])
    }
  }
}
