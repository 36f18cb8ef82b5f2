// SPDX-License-Identifier: Apache-2.0

extension KernelFlavorReport {
  /// Collects the votes on a kernel: `owner` is the package that owns its image, where it could be asked, `config` the
  /// kernel's own configuration.
  public static func detect(
    release: KernelRelease, distribution: Distribution, owner: PackageIdentity?, config: KernelConfig?,
    in root: FileRoot
  ) -> KernelFlavorReport {
    var votes: [Vote] = []
    if release.hasTencentMark {
      votes.append(Vote(.release, .tlinux, evidence: release.text))
    } else if release.hasOtherVendorMark {
      votes.append(Vote(.release, .vanilla, evidence: release.text))
    }
    if let owner {
      let isTencent = owner.version.hasTencentTag || owner.version.has("tlinux") || owner.name.has("tlinux")
      votes.append(Vote(.packageOwner, isTencent ? .tlinux : .vanilla, evidence: owner.text))
    }
    if let local = config?.string("LOCALVERSION"), !local.isEmpty, local.has("tlinux") || local.hasTencentTag {
      votes.append(Vote(.localVersion, .tlinux, evidence: "CONFIG_LOCALVERSION=\"\(local)\""))
    }
    if let module = ModuleIndex.read(for: release.text, in: root).inTree("toa") {
      votes.append(Vote(.inTreeModule, .tlinux, evidence: module.path))
    }
    let isTencent = distribution.isTencent
    if distribution.source != nil {
      votes.append(Vote(.distribution, isTencent ? .tlinux : .vanilla, evidence: "ID=\(distribution.id)"))
    }
    for path in ["/etc/tlinux-release", "/etc/tencentos-release"] {
      guard let line = root.line(path) else { continue }
      votes.append(Vote(.releaseFile, .tlinux, evidence: "\(path): \(line.lines.first ?? "")"))
    }
    return KernelFlavorReport(votes)
  }
}
