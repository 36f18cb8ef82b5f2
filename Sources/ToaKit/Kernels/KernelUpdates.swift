// SPDX-License-Identifier: Apache-2.0
internal import Host

/// How kernels that are installed later get their module before they boot.
public enum KernelUpdates: String, Sendable, Codable, CaseIterable {
  /// What was chosen before; else DKMS where it is installed, else hooks.
  case auto
  /// DKMS builds, for the running kernel too, from the package toa-dkms.
  case dkms
  /// Hooks of the package toa-kernel-hooks build.
  case hooks
  /// Nothing builds; `toa install` does, when somebody runs it.
  case none

  /// What a request comes to on a host: never `auto`.
  static func resolved(_ request: KernelUpdates?, _ system: System) -> KernelUpdates {
    if let request, request != .auto { return request }
    let earlier = Journal(system.files).entries().last { $0.isCommitted && $0.plan.kernelUpdates != nil }
    return earlier?.plan.kernelUpdates ?? (Dkms.isPresent(system) ? .dkms : .hooks)
  }
}
