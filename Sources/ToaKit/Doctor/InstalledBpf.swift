// SPDX-License-Identifier: Apache-2.0

/// What the package toa-ebpf asks for at each boot.
struct InstalledBpf: Sendable {
  /// The settings; nil when they cannot be read.
  var settings: EBPFSettings?
  /// Why they cannot be read.
  var problem: ToaError?

  /// Reads them; nil when the package is not installed.
  init?(_ system: System) {
    do throws(ToaError) {
      guard let settings = try EBPFSettings.installed(system) else { return nil }
      self.settings = settings
    } catch {
      problem = error
    }
  }
}
