// SPDX-License-Identifier: Apache-2.0
internal import Host

/// How kernels that are installed later get their module before they boot.
public enum KernelUpdates: String, Sendable, Codable, CaseIterable {
  /// What was chosen before; else DKMS where it is installed, else hooks.
  case auto
  /// DKMS builds, from the package toa-dkms.
  case dkms
  /// Hooks of the package toa-kernel-hooks build.
  case hooks
  /// Nothing builds; `toa install` does, when somebody runs it.
  case none
}
