// SPDX-License-Identifier: Apache-2.0

extension PackageAdvice {
  /// The packages that bring the headers of a kernel.
  ///
  /// `owner` is the package that owns /boot/vmlinuz-RELEASE. On rpm systems only its version is sure to name the headers:
  /// TencentOS runs 5.4.119-19-0009.6 from the package kernel-core-5.4.119-19.0009.6.tl3. `installed` tells which
  /// meta-package a Debian or Ubuntu system follows.
  public static func headers(
    of release: KernelRelease, for distribution: Distribution, owner: PackageIdentity? = nil,
    installed: DpkgDatabase? = nil
  ) -> PackageAdvice {
    let manager = distribution.packageManager
    guard owner != nil || release.hasVendorMark || distribution.isTencent, distribution.family != .other else {
      return PackageAdvice(
        manager: nil, packages: [],
        note: "no package of \(distribution.prettyName) brings kernel \(release); "
          + "its headers come from whoever built it, and \(release.buildLink) must lead to them")
    }
    switch distribution.family {
    case .debian:
      return PackageAdvice(
        manager: manager, packages: ["linux-headers-\(release)"], following: following(release, installed))
    case .suse: return suseHeaders(of: release, manager: manager, owner: owner)
    case .redHat, .other: return redHatHeaders(of: release, for: distribution, owner: owner)
    }
  }

  /// The meta-packages beside the installed ones of the kernel: linux-headers-generic-hwe-22.04 for
  /// linux-image-generic-hwe-22.04; without any, the one of the release's flavour. Those already installed are left out.
  private static func following(_ release: KernelRelease, _ installed: DpkgDatabase?) -> [String] {
    let prefix = "linux-image-"
    let metas =
      installed?.installed(prefix: prefix).map { $0.dropFirst(prefix.count) }
      .filter { $0.first?.isLetter == true && !$0.hasPrefix("unsigned") && !$0.hasPrefix("extra") } ?? []
    let names = metas.isEmpty ? release.flavour.map { [$0[...]] } ?? [] : metas
    return names.map { "linux-headers-" + $0 }.filter { installed?[$0] == nil }
  }

  private static func redHatHeaders(
    of release: KernelRelease, for distribution: Distribution, owner: PackageIdentity?
  ) -> PackageAdvice {
    let manager = distribution.packageManager
    if let owner {
      let name = developmentName(ofKernelPackage: owner.name)
      let architecture = owner.architecture.isEmpty ? "" : "." + owner.architecture
      return PackageAdvice(manager: manager, packages: ["\(name)-\(owner.version)\(architecture)"])
    }
    let question = "rpm -qf /boot/vmlinuz-\(release)"
    if !release.endsInArchitecture, let guess = release.tencentDevelopmentPackage(for: distribution) {
      return PackageAdvice(
        manager: manager, packages: [guess],
        note: "no package owns the kernel; the name follows Tencent's rule for releases (`\(question)` would tell)")
    }
    let plus = release.text.cut(at: "+")
    let base = plus.map { String($0.before) } ?? release.text
    let name = plus.map { "kernel-\($0.after)-devel" } ?? (base.has("uek") ? "kernel-uek-devel" : "kernel-devel")
    return PackageAdvice(
      manager: manager, packages: ["\(name)-\(base)"],
      note: "no package owns the kernel; the name follows from its release (`\(question)` would tell)")
  }

  private static func suseHeaders(
    of release: KernelRelease, manager: PackageManager?, owner: PackageIdentity?
  ) -> PackageAdvice {
    let flavour = release.flavour ?? "default"
    guard let owner else {
      return PackageAdvice(
        manager: manager, packages: ["kernel-\(flavour)-devel"],
        note:
          "zypper takes the newest; `rpm -qf /boot/vmlinuz-\(release)` tells the version that belongs to this kernel")
    }
    return PackageAdvice(manager: manager, packages: ["kernel-\(flavour)-devel=\(owner.version)"])
  }

  /// The name of the -devel package beside a kernel's package: "kernel-core" and "kernel" have "kernel-devel",
  /// "kernel-uek-core" has "kernel-uek-devel", "kernel-tlinux4-core" has "kernel-tlinux4-devel".
  static func developmentName(ofKernelPackage name: String) -> String {
    for ending in ["-modules-core", "-core", "-modules"] where name.hasSuffix(ending) {
      return name.dropLast(ending.count) + "-devel"
    }
    return name + "-devel"
  }
}
