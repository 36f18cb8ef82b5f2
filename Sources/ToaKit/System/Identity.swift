// SPDX-License-Identifier: Apache-2.0

/// Who runs on what: uname(2) and this process's rights.
public struct Identity: Sendable, Equatable {
  /// `uname -r`.
  public var kernelRelease: String
  /// `uname -m`: "x86_64", "aarch64".
  public var machine: String
  /// `uname -n`.
  public var hostName: String
  /// Effective user id.
  public var userID: UInt32
  /// CapEff as a bit set; bit 12 NET_ADMIN, 13 NET_RAW, 16 SYS_MODULE.
  public var capabilities: UInt64
  /// Whether a toa that changes this host has started this process, by way of a package's scripts.
  public var isInsideToa: Bool

  /// Creates an identity.
  public init(
    kernelRelease: String, machine: String, hostName: String = "localhost", userID: UInt32 = 0,
    capabilities: UInt64 = ~0, isInsideToa: Bool = false
  ) {
    self.kernelRelease = kernelRelease
    self.machine = machine
    self.hostName = hostName
    self.userID = userID
    self.capabilities = capabilities
    self.isInsideToa = isInsideToa
  }
}
