// SPDX-License-Identifier: Apache-2.0

/// Traces of TOA in the running kernel: modules of other makers, or hooks without a module.
public struct OtherTOA: Sendable, Equatable, Codable {
  /// One trace.
  public struct Trace: Sendable, Equatable, Codable {
    /// The module's name, or "built in" for a trace without a module.
    public let name: String
    /// The file that tells.
    public let evidence: String
    /// How many users hold the module; nil when it is no module.
    public let references: Int?
  }

  /// Names of modules that are known to take TOA options: Tencent's and LVS's toa, uoa, Kingsoft's ttm, and their kin.
  public static let knownNames: Set<String> = [
    "toa", "uoa", "ttm", "kgwttm", "tgw_toa", "ip_vs_ca", "vtoa", "tcp_toa", "toa_ipv6", "slb_toa", "elb_toa", "hw_toa",
    "tgw_toa_linux", "tgw_toa_tlinux",
  ]

  /// Every trace found. A module named "toa" is among them: whether it is this project's its version tells.
  public let traces: [Trace]

  /// Looks at the loaded modules, /sys/module and the files under /proc/net.
  public static func detect(in root: FileRoot) -> OtherTOA {
    var traces: [Trace] = []
    for module in LiveModules.read(from: root).modules where isTOA(module.name) {
      traces.append(Trace(name: module.name, evidence: "/proc/modules", references: module.references))
    }
    for name in root.list("/sys/module") where isTOA(name) && !traces.contains(where: { $0.name == name }) {
      traces.append(Trace(name: name, evidence: "/sys/module/\(name)", references: nil))
    }
    guard traces.isEmpty else { return OtherTOA(traces: traces) }
    for file in ["toa_stats", "toa_stat", "toa_table"] where root.exists("/proc/net/\(file)") {
      traces.append(Trace(name: "built in", evidence: "/proc/net/\(file)", references: nil))
      break
    }
    return OtherTOA(traces: traces)
  }

  /// Whether a module's name is that of a TOA module.
  public static func isTOA(_ name: String) -> Bool {
    knownNames.contains(name) || name.hasSuffix("_toa") || name.hasPrefix("toa_") || name.hasPrefix("tgw_toa")
  }
}
