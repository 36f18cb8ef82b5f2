// SPDX-License-Identifier: Apache-2.0

/// The kernel's own program that signs modules: `sign-file`, or `kmodsign`, which is the same in a package of Ubuntu.
public enum SigningTool {
  /// Where the headers of a kernel have it.
  public static func standard(for release: KernelRelease) -> String { release.buildLink + "/scripts/sign-file" }

  /// The path of the program for a kernel: with its headers, with Debian's build tools of the series, Ubuntu's, or another
  /// kernel's on this host. Nil when there is none.
  public static func find(for release: KernelRelease, in root: FileRoot, using runner: CommandRunner) -> String? {
    let tools = buildTools(in: root)
    let series = "\(release.version.major).\(release.version.minor)"
    let own = [standard(for: release)] + tools.filter { belongs($0, to: series) }.map(program(in:))
    if let path = own.first(where: root.isFile) { return path }
    if root.isLive, let path = runner.find("kmodsign") { return path }
    // Since 4.3 the signature has one form; before, each kernel wants that of its own program.
    guard KernelVersion(4, 3) <= release.version else { return nil }
    return tools.filter { number(of: $0).map { KernelVersion(4, 3) <= $0 } ?? false }.map(program(in:))
      .last(where: root.isFile)
  }

  /// Folders of Debian's package linux-kbuild-VERSION: "6.1", later "6.12.117+deb12".
  private static func buildTools(in root: FileRoot) -> [String] {
    root.list("/usr/lib").filter { $0.hasPrefix("linux-kbuild-") }
      .sorted { versionOrder($0, $1) < 0 }
  }

  private static func program(in folder: String) -> String { "/usr/lib/\(folder)/scripts/sign-file" }

  private static func version(of folder: String) -> Substring { folder.dropFirst("linux-kbuild-".count) }

  private static func belongs(_ folder: String, to series: String) -> Bool {
    let version = version(of: folder)
    return version == series || version.hasPrefix(series + ".") || version.hasPrefix(series + "+")
  }

  private static func number(of folder: String) -> KernelVersion? {
    KernelRelease(String(version(of: folder)))?.version
  }
}
