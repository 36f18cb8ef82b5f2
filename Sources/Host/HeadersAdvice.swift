// SPDX-License-Identifier: Apache-2.0

extension PackageAdvice {
  /// The packages that bring the headers of a kernel.
  ///
  /// `owner` is the package that owns /boot/vmlinuz-RELEASE. On rpm systems only its version is sure to name the headers:
  /// TencentOS runs 5.4.119-19-0009.6 from the package kernel-5.4.119-19.0009.6.tl3.
  public static func headers(
    of release: KernelRelease, for distribution: Distribution, owner: PackageIdentity? = nil
  ) -> PackageAdvice {
    let manager = distribution.packageManager
    switch distribution.family {
    case .debian:
      let following = release.flavour.map { ["linux-headers-\($0)"] } ?? []
      return PackageAdvice(manager: manager, packages: ["linux-headers-\(release)"], following: following)
    case .redHat:
      return redHatHeaders(of: release, for: distribution, owner: owner)
    case .suse:
      return suseHeaders(of: release, manager: manager, owner: owner)
    case .other:
      return PackageAdvice(
        manager: nil, packages: [],
        note: "install the headers of kernel \(release) so that \(release.buildLink) leads to them")
    }
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
    let plus = release.text.cut(at: "+")
    let base = plus.map { String($0.before) } ?? release.text
    let name = plus.map { "kernel-\($0.after)-devel" } ?? (base.has("uek") ? "kernel-uek-devel" : "kernel-devel")
    let question = "rpm -qf /boot/vmlinuz-\(release)"
    guard release.endsInArchitecture else {
      return PackageAdvice(
        manager: manager, packages: [],
        note:
          "the package of kernel \(release) has another version text; ask `\(question)` and install its -devel package")
    }
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
          "zypper takes the newest; ask `rpm -qf /boot/vmlinuz-\(release)` for the version that belongs to this kernel")
    }
    return PackageAdvice(manager: manager, packages: ["kernel-\(flavour)-devel=\(owner.version)"])
  }

  /// The name of the -devel package beside a kernel's package: "kernel-core" and "kernel" have "kernel-devel",
  /// "kernel-uek-core" has "kernel-uek-devel", "kernel-tlinux4" has "kernel-tlinux4-devel".
  static func developmentName(ofKernelPackage name: String) -> String {
    for ending in ["-modules-core", "-core", "-modules"] where name.hasSuffix(ending) {
      return name.dropLast(ending.count) + "-devel"
    }
    return name + "-devel"
  }
}

extension KernelRelease {
  /// Whether the release ends in an architecture, as Red Hat's do: then it equals the package's VERSION-RELEASE.ARCH.
  var endsInArchitecture: Bool {
    let base = text.cut(at: "+")?.before ?? text[...]
    return ["x86_64", "aarch64", "ppc64le", "s390x", "riscv64", "loongarch64"].contains { base.hasSuffix("." + $0) }
  }
}
