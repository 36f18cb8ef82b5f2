// SPDX-License-Identifier: Apache-2.0

extension PackageAdvice {
  /// The packages that bring a compiler of the series that built the kernel. Software collections (gcc-toolset, devtoolset)
  /// exist on RHEL and its rebuilds only.
  public static func compiler(_ wanted: CompilerIdentity, for distribution: Distribution) -> PackageAdvice {
    let manager = distribution.packageManager
    let series = wanted.version.series
    switch (distribution.family, wanted.kind) {
    case (.debian, .gcc):
      if let newest = distribution.newestCompiler, wanted.version.major > newest {
        return PackageAdvice(
          manager: manager, packages: [],
          note: "\(distribution.prettyName) ships gcc up to \(newest) and the kernel needs gcc \(series); "
            + "build on a host that has it")
      }
      return PackageAdvice(manager: manager, packages: ["gcc-\(series)"])
    case (.debian, .clang):
      let major = wanted.version.major
      return PackageAdvice(manager: manager, packages: ["clang-\(major)", "lld-\(major)", "llvm-\(major)"])
    case (.suse, .gcc): return PackageAdvice(manager: manager, packages: ["gcc\(series.filter { $0 != "." })"])
    case (.suse, .clang): return PackageAdvice(manager: manager, packages: ["clang\(wanted.version.major)", "lld"])
    case (.redHat, .gcc): return redHatCompiler(wanted, for: distribution)
    case (.redHat, .clang): return PackageAdvice(manager: manager, packages: ["clang", "lld", "llvm"])
    case (.other, _):
      return PackageAdvice(manager: nil, packages: [], note: "install \(wanted.kind.rawValue) \(series)")
    }
  }

  private static func redHatCompiler(_ wanted: CompilerIdentity, for distribution: Distribution) -> PackageAdvice {
    let manager = distribution.packageManager
    let series = wanted.version.series
    let own = distribution.ownCompilerSeries
    if own == series { return PackageAdvice(manager: manager, packages: ["gcc"]) }
    guard distribution.isEnterpriseLinux else {
      guard let own else {
        return PackageAdvice(
          manager: manager, packages: ["gcc"],
          note: "the gcc of \(distribution.prettyName) is not known here; it must be of series \(series)")
      }
      return PackageAdvice(
        manager: manager, packages: [],
        note: "\(distribution.prettyName) ships gcc \(own) and the kernel needs gcc \(series); "
          + "build on a host that has it")
    }
    let release = distribution.majorVersion ?? 0
    let prefix = release >= 8 ? "gcc-toolset-" : "devtoolset-"
    guard let collection = wanted.version.softwareCollections.first(where: { $0.hasPrefix(prefix) }) else {
      return PackageAdvice(
        manager: manager, packages: [],
        note: "no package of \(distribution.prettyName) brings gcc \(series); build on a host that has it")
    }
    guard release < 8 else {
      return PackageAdvice(
        manager: manager, packages: ["\(collection)-gcc"],
        note: "it lies below /opt/rh/\(collection), where it is found without `scl enable`")
    }
    return PackageAdvice(
      manager: manager, packages: ["\(collection)-gcc"],
      repositories: distribution.id == "centos" ? ["centos-release-scl"] : [],
      note: "its repository closed with the release's end of life; packages come from a vault mirror")
  }
}

extension HostFacts {
  /// The package that brings LLVM's linker under a name: "ld.lld-18" is in Debian's lld-18; nil for a path or another system.
  public func linkerPackage(_ linker: String) -> String? {
    guard linker.hasPrefix("ld.lld"), distribution.packageManager != nil else { return nil }
    return distribution.family == .debian ? String(linker.dropFirst("ld.".count)) : "lld"
  }
}

extension Distribution {
  /// Major number of the newest GCC that a release of Debian or Ubuntu ships; nil when it is not known here.
  var newestCompiler: Int? {
    switch (id, versionID) {
    case ("debian", _): majorVersion.flatMap { [9: 6, 10: 8, 11: 10, 12: 12, 13: 14][$0] }
    case ("ubuntu", let version?): ["16.04": 5, "18.04": 8, "20.04": 10, "22.04": 12, "24.04": 14][version]
    default: nil
    }
  }

  /// The series of GCC that the package "gcc" brings on a release of the Red Hat family; nil when it is not known here.
  var ownCompilerSeries: String? {
    guard let majorVersion else { return nil }
    let series: [Int: String] =
      switch id {
      case "tencentos", "tlinux": [2: "4.8", 3: "8", 4: "12"]
      case "openeuler": [20: "7", 22: "10", 24: "12"]
      case "kylin": [10: "7"]
      case "amzn": [2: "7", 2023: "11"]
      case _ where isEnterpriseLinux: [6: "4.4", 7: "4.8", 8: "8", 9: "11", 10: "14"]
      default: [:]
      }
    return series[majorVersion]
  }
}
