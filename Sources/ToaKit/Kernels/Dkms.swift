// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What DKMS knows of toa.ko: its commands as values, and its state read from its own tree.
enum Dkms {
  /// The module's name there.
  static let module = "toa"
  /// Where DKMS keeps what it built.
  static let tree = "/var/lib/dkms/\(module)"

  /// Whether the host has DKMS.
  static func isPresent(_ system: System) -> Bool { system.run.find("dkms") != nil }

  /// Whether DKMS has put a module in place for a kernel: it keeps a link for each.
  static func hasInstalled(_ system: System, kernel: String) -> Bool {
    system.files.list(tree).contains { $0.hasPrefix("kernel-\(kernel)-") }
  }
}
