// SPDX-License-Identifier: Apache-2.0

extension String {
  /// Whether a ".tl1" to ".tl9" stands in the text as a whole part.
  var hasTencentTag: Bool {
    split { $0 == "." || $0 == "-" || $0 == "_" }.contains { part in
      part.hasPrefix("tl") && part.count > 2 && part.dropFirst(2).allSatisfy(\.isDecimal)
    }
  }
}

extension KernelRelease {
  private static let marks = [
    ".el", ".fc", ".oe", ".ky", ".amzn", ".al7", ".al8", ".uek", "+deb", "+bpo", ".deb", ".hce", ".cm", ".azl", ".ph",
  ]
  private static let flavours = [
    "amd64", "arm64", "generic", "lowlatency", "default", "azure", "aws", "gcp", "gke", "oracle", "kvm", "preempt",
    "raspi",
  ]

  /// Whether the release is one of Tencent's: "tlinux" or ".tl3" in it.
  var hasTencentMark: Bool { text.has("tlinux") || text.hasTencentTag }

  /// Whether the release carries the mark of a distribution other than Tencent's.
  var hasOtherVendorMark: Bool {
    if hasTencentMark { return false }
    if Self.marks.contains(where: suffix.has) { return true }
    return flavour?.split(separator: "-").contains { Self.flavours.contains(String($0)) } ?? false
  }

  /// Whether the release carries the mark of any distribution: then a package of that distribution brought it.
  var hasVendorMark: Bool { hasTencentMark || hasOtherVendorMark }

  /// Whether the release ends in an architecture, as Red Hat's do: then it equals the package's VERSION-RELEASE.ARCH.
  var endsInArchitecture: Bool {
    let base = text.cut(at: "+")?.before ?? text[...]
    return ["x86_64", "aarch64", "ppc64le", "s390x", "riscv64", "loongarch64"].contains { base.hasSuffix("." + $0) }
  }

  /// The -devel package of a release of TencentOS 2 or 3 by the rule of their kernel's build: 5.4.119-19-0009.6 is
  /// kernel-5.4.119-19.0009.6.tl3, 5.4.119-1-tlinux4-0009 is kernel-tlinux4-5.4.119-1.0009.tl3. Nil elsewhere.
  func tencentDevelopmentPackage(for distribution: Distribution) -> String? {
    guard distribution.isTencent, let major = distribution.majorVersion, suffix.hasPrefix("-") else { return nil }
    let parts = suffix.split(separator: "-")
    let stream = parts.first { $0.hasPrefix("tlinux") }
    let numbers = parts.filter { !$0.hasPrefix("tlinux") }.joined(separator: ".")
    guard !numbers.isEmpty, numbers.first?.isDecimal == true else { return nil }
    let name = stream.map { "kernel-\($0)-devel" } ?? "kernel-devel"
    return "\(name)-\(version)-\(numbers)" + (numbers.hasTencentTag ? "" : ".tl\(major)")
  }
}
