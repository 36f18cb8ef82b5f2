// SPDX-License-Identifier: Apache-2.0

/// What packages of a distribution are files of.
public enum PackageFormat: String, Sendable, Equatable, Codable, CaseIterable {
  /// Debian, Ubuntu and what descends from them.
  case deb
  /// RHEL, SUSE and most others.
  case rpm

  /// The program that makes a package.
  public var builder: String { self == .deb ? "dpkg-deb" : "rpmbuild" }

  /// The format's name of an architecture that uname calls `machine`.
  public func architecture(_ machine: String) -> String {
    guard self == .deb else { return machine }
    return ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine
  }

  /// What the format calls a package for every architecture.
  public var anyArchitecture: String { self == .deb ? "all" : "noarch" }

  /// The name of a package's file.
  public func fileName(_ name: String, version: String, architecture: String) -> String {
    self == .deb ? "\(name)_\(version)_\(architecture).deb" : "\(name)-\(version).\(architecture).rpm"
  }

  /// The name of the package in a file that is named as above: "toa-ebpf" of "/d/toa-ebpf-0.1.0-1.x86_64.rpm".
  public static func packageName(ofFile path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    guard file.hasSuffix(".rpm") else { return String(file.prefix { $0 != "_" }) }
    return file.split(separator: "-").dropLast(2).joined(separator: "-")
  }

  /// The package that brings the program which makes packages of this format.
  public func builderAdvice(for distribution: Distribution) -> PackageAdvice {
    let name: String =
      switch (self, distribution.family) {
      case (.rpm, .debian): "rpm"
      case (.rpm, _): "rpm-build"
      case (.deb, _): "dpkg"
      }
    return PackageAdvice(manager: distribution.packageManager, packages: [name])
  }
}
