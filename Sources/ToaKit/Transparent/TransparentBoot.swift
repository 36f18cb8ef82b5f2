// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// Whether the next boot makes again what `toa tproxy enable` made.
struct TransparentBoot: Sendable {
  /// Whether systemd is there, and its unit has what it needs.
  private let isInstalled: Bool
  private let unit: BootUnit

  init(_ system: System) {
    isInstalled = BootLoading(system).hasSystemd && system.files.exists(TransparentSettings.path)
    unit = system.files.bootUnit(TransparentPackage.unitName)
  }

  /// Whether it does.
  var restores: Bool { isInstalled && unit.isStarted }

  /// Why it does not, although the package is there.
  var obstacle: String? {
    guard isInstalled, !unit.isStarted else { return nil }
    if let mask = unit.mask { return "\(mask) masks it" }
    return unit.place == nil
      ? "\(TransparentPackage.unitName) is missing" : "no target wants \(TransparentPackage.unitName)"
  }

  /// What undoes that.
  var remedy: [String] {
    guard let mask = unit.mask else { return ["toa tproxy disable && toa tproxy enable"] }
    return mask.contains(".wants/")
      ? ["rm \(mask)", "systemctl daemon-reload"] : ["systemctl unmask \(TransparentPackage.unitName)"]
  }

  /// The same as a clause.
  var sentence: String {
    if restores { return "made again by \(TransparentPackage.unitName)" }
    return obstacle.map { "not made again: \($0)" } ?? "not made again"
  }
}
