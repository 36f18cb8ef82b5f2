// SPDX-License-Identifier: Apache-2.0

/// A kernel that is not the distribution's own: its modules need steps that no distribution package covers.
public struct SandboxKernel: Sendable, Equatable, Codable {
  /// Whose kernel.
  public enum Kind: String, Sendable, Equatable, Codable {
    /// Windows Subsystem for Linux.
    case wsl
    /// OpenVZ or Virtuozzo: the host's kernel, shared.
    case openVZ
    /// gVisor: no Linux kernel at all.
    case gVisor
    /// Firecracker or Kata: a small kernel given from outside.
    case microVM
  }

  /// Whose kernel.
  public let kind: Kind
  /// What told.
  public let evidence: String

  /// Looks for the signs; nil when the kernel seems to be the distribution's.
  public static func detect(in root: FileRoot) -> SandboxKernel? {
    let release = root.line("/proc/sys/kernel/osrelease") ?? ""
    let version = root.line("/proc/version") ?? ""
    let commandLine = root.line("/proc/cmdline") ?? ""
    if release.lowercased().has("microsoft") || version.lowercased().has("microsoft") {
      return SandboxKernel(kind: .wsl, evidence: "kernel release \(release)")
    }
    if root.isDirectory("/proc/vz") { return SandboxKernel(kind: .openVZ, evidence: "/proc/vz") }
    if version.hasPrefix("Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016") {
      return SandboxKernel(kind: .gVisor, evidence: version)
    }
    if release.has("-fc-v") || release.has("firecracker") || commandLine.has("agent.log=") {
      return SandboxKernel(kind: .microVM, evidence: "kernel release \(release)")
    }
    return nil
  }
}
