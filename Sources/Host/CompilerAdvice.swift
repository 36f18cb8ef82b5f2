// SPDX-License-Identifier: Apache-2.0

extension PackageAdvice {
  /// The packages that bring a compiler of the series that built the kernel. Software collections (gcc-toolset, devtoolset)
  /// exist on RHEL and its rebuilds only.
  public static func compiler(_ wanted: CompilerIdentity, for distribution: Distribution) -> PackageAdvice {
    let manager = distribution.packageManager
    let series = wanted.version.series
    switch (distribution.family, wanted.kind) {
    case (.debian, .gcc): return PackageAdvice(manager: manager, packages: ["gcc-\(series)"])
    case (.debian, .clang):
      let major = wanted.version.major
      return PackageAdvice(manager: manager, packages: ["clang-\(major)", "lld-\(major)"])
    case (.suse, .gcc):
      let compact = series.filter { $0 != "." }
      return PackageAdvice(manager: manager, packages: ["gcc\(compact)"])
    case (.suse, .clang): return PackageAdvice(manager: manager, packages: ["clang\(wanted.version.major)"])
    case (.redHat, .gcc): return redHatCompiler(wanted, for: distribution)
    case (.redHat, .clang): return PackageAdvice(manager: manager, packages: ["clang", "lld"])
    case (.other, _):
      return PackageAdvice(manager: nil, packages: [], note: "install \(wanted.kind.rawValue) \(series)")
    }
  }

  private static func redHatCompiler(_ wanted: CompilerIdentity, for distribution: Distribution) -> PackageAdvice {
    let manager = distribution.packageManager
    let major = wanted.version.major
    guard distribution.isEnterpriseLinux, let release = distribution.majorVersion, release >= 6 else {
      return PackageAdvice(
        manager: manager, packages: ["gcc"],
        note: "the distribution's gcc is the only one it ships; it must be of series \(wanted.version.series)")
    }
    let systemCompilers = [6: "4.4", 7: "4.8", 8: "8", 9: "11", 10: "14"]
    if systemCompilers[release] == wanted.version.series { return PackageAdvice(manager: manager, packages: ["gcc"]) }
    if release >= 8 && major >= 9 {
      return PackageAdvice(
        manager: manager, packages: ["gcc-toolset-\(major)-gcc"],
        note: "it is found below /opt/rh/gcc-toolset-\(major); no `scl enable` is needed")
    }
    if release == 6 || release == 7, (5...11).contains(major) {
      // devtoolset-4 is GCC 5, there is no devtoolset-5, and from 6 on both numbers are equal.
      let set = major == 5 ? 4 : major
      let repository = manager.map { [$0.install(["centos-release-scl"])] } ?? []
      return PackageAdvice(
        manager: manager, packages: ["devtoolset-\(set)-gcc"], before: distribution.id == "centos" ? repository : [],
        note: "its repository is closed since the release's end of life; packages come from a vault mirror")
    }
    return PackageAdvice(
      manager: manager, packages: [],
      note: "no package of this release brings gcc \(wanted.version.series); build on a host that has it")
  }
}
