// SPDX-License-Identifier: Apache-2.0

/// An installed package: name, version and architecture.
public struct PackageIdentity: Sendable, Hashable, Codable {
  /// Package name: "linux-image-6.1.0-56-cloud-amd64", "kernel-core".
  public let name: String
  /// Version as the package manager compares it; for rpm "[EPOCH:]VERSION-RELEASE".
  public let version: String
  /// Architecture: "amd64", "x86_64", "noarch"; empty when not known.
  public let architecture: String

  /// Creates an identity.
  public init(name: String, version: String, architecture: String = "") {
    self.name = name
    self.version = version
    self.architecture = architecture
  }

  /// "kernel-core 5.14.0-570.el9.x86_64".
  public var text: String { "\(name) \(version)" + (architecture.isEmpty ? "" : "." + architecture) }
}
