// SPDX-License-Identifier: Apache-2.0

/// A system whose /usr is replaced as a whole: a module cannot be built and packaged in place.
public struct ImmutableSystem: Sendable, Equatable, Codable {
  /// What makes it so: "ostree", "bottlerocket", "flatcar", "talos", "transactional-update", "read-only /usr".
  public let mechanism: String
  /// What told.
  public let evidence: String
  /// What to do instead, as a clause.
  public let advice: String

  private static let systems: [(id: String, mechanism: String, advice: String)] = [
    ("bottlerocket", "bottlerocket", "use the eBPF backend, or build a kmod kit for the image"),
    ("flatcar", "flatcar", "use the eBPF backend, or a systemd system extension that holds the module"),
    ("talos", "talos", "use the eBPF backend, or a Talos system extension"),
    ("cos", "container-optimized", "use the eBPF backend; this system loads only its maker's modules"),
    ("sle-micro", "transactional-update", "install through transactional-update and reboot, or use the eBPF backend"),
    ("sl-micro", "transactional-update", "install through transactional-update and reboot, or use the eBPF backend"),
    ("opensuse-microos", "transactional-update", "install through transactional-update, or use the eBPF backend"),
    ("rancheros", "rancheros", "use the eBPF backend"),
  ]

  /// Looks for the signs; nil for an ordinary system.
  public static func detect(in root: FileRoot, distribution: Distribution) -> ImmutableSystem? {
    if root.exists("/run/ostree-booted") {
      return ImmutableSystem(
        mechanism: "ostree", evidence: "/run/ostree-booted",
        advice: "layer the module package with rpm-ostree or bake it into the image, or use the eBPF backend")
    }
    if let known = systems.first(where: { $0.id == distribution.id }) {
      return ImmutableSystem(mechanism: known.mechanism, evidence: "ID=\(distribution.id)", advice: known.advice)
    }
    guard let options = usrOptions(in: root), options.contains("ro") else { return nil }
    return ImmutableSystem(
      mechanism: "read-only /usr", evidence: "/proc/self/mounts",
      advice: "remount /usr for writing while installing, or use the eBPF backend")
  }

  /// Mount options of /usr where it is a mount of its own.
  private static func usrOptions(in root: FileRoot) -> [Substring]? {
    guard let mounts = root.line("/proc/self/mounts") else { return nil }
    let fields = mounts.lines.map(\.words).last { $0.count >= 4 && $0[1] == "/usr" }
    return fields?[3].split(separator: ",")
  }
}
