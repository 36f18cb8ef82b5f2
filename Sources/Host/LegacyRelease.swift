// SPDX-License-Identifier: Apache-2.0

/// The one-line release files of before os-release: "CentOS release 6.10 (Final)".
public enum LegacyRelease {
  /// Files in the order of trust: the particular before the general.
  public static let paths = [
    "/etc/tencentos-release", "/etc/tlinux-release", "/etc/kylin-release", "/etc/centos-release", "/etc/redhat-release",
    "/etc/system-release", "/etc/SuSE-release", "/etc/debian_version",
  ]

  /// First words of the names that such files carry, and the identifier for each.
  private static let names: [(prefix: String, id: String, idLike: [String])] = [
    ("centos", "centos", ["rhel", "fedora"]), ("red hat enterprise linux", "rhel", ["fedora"]),
    ("rocky linux", "rocky", ["rhel", "centos", "fedora"]), ("almalinux", "almalinux", ["rhel", "centos", "fedora"]),
    ("oracle linux", "ol", ["fedora"]), ("scientific linux", "scientific", ["rhel", "fedora"]),
    ("tencentos", "tencentos", ["rhel", "fedora", "centos"]), ("tencent", "tlinux", ["rhel", "fedora", "centos"]),
    ("tlinux", "tlinux", ["rhel", "fedora", "centos"]), ("kylin", "kylin", []), ("openeuler", "openeuler", []),
    ("euleros", "euleros", []), ("fedora", "fedora", []), ("suse linux enterprise server", "sles", ["suse"]),
    ("opensuse", "opensuse", ["suse"]), ("amazon linux", "amzn", ["rhel", "fedora"]),
  ]

  /// The distribution that the first readable file names.
  public static func read(from root: FileRoot) -> Distribution? {
    for path in paths {
      guard let text = try? root.text(path) else { continue }
      let debian = path == "/etc/debian_version" ? Distribution(id: "debian", versionID: text.trimmed) : nil
      guard var found = debian ?? parse(text) else { continue }
      if debian != nil { found.prettyName = "Debian GNU/Linux " + text.trimmed }
      found.source = path
      return found
    }
    return nil
  }

  /// Parses the first line of a release file; nil when the name is not known.
  public static func parse(_ text: String) -> Distribution? {
    guard let line = text.lines.first?.trimmed, !line.isEmpty else { return nil }
    let lower = line.lowercased()
    guard let name = names.first(where: { lower.hasPrefix($0.prefix) }) else { return nil }
    let words = line.words
    let marked = words.firstIndex { $0.lowercased() == "release" }.map { words[($0 + 1)...] } ?? words[1...]
    let version = marked.first { word in word.contains { $0.isDecimal } }
    return Distribution(id: name.id, idLike: name.idLike, versionID: version.map(String.init), prettyName: line)
  }
}
