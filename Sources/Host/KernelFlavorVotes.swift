// SPDX-License-Identifier: Apache-2.0

extension KernelFlavorReport {
  /// Collects the votes on a kernel: `owner` is the package that owns its image, where it could be asked, `config` the
  /// kernel's own configuration.
  public static func detect(
    release: KernelRelease, distribution: Distribution, owner: PackageIdentity?, config: KernelConfig?,
    in root: FileRoot
  ) -> KernelFlavorReport {
    var votes: [Vote] = []
    if release.text.has("tlinux") || release.text.hasTencentTag {
      votes.append(Vote(.release, .tlinux, evidence: release.text))
    } else if release.hasKnownVendorTag {
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

extension String {
  /// Whether a ".tl1" to ".tl9" stands in the text as a whole part.
  var hasTencentTag: Bool {
    split { $0 == "." || $0 == "-" || $0 == "_" }.contains { part in
      part.hasPrefix("tl") && part.count > 2 && part.dropFirst(2).allSatisfy(\.isDecimal)
    }
  }
}

extension KernelRelease {
  /// Whether the release carries the mark of another vendor than Tencent, so that it cannot be a tlinux kernel.
  var hasKnownVendorTag: Bool {
    let marks = [".el", ".fc", ".oe", ".ky", ".amzn", ".al7", ".al8", ".uek", ".elrepo", "+deb", "+bpo", ".deb"]
    if marks.contains(where: suffix.has) { return true }
    let flavours = [
      "amd64", "arm64", "generic", "lowlatency", "default", "azure", "aws", "gcp", "oracle", "kvm", "preempt",
    ]
    return flavour?.split(separator: "-").contains { flavours.contains(String($0)) } ?? false
  }
}
