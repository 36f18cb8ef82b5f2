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
    ("bottlerocket", "bottlerocket", "build a kmod kit with toa.ko for the image"),
    ("flatcar", "flatcar", "put toa.ko into a systemd system extension"),
    ("talos", "talos", "put toa.ko into a Talos system extension"),
    (
      "cos", "container-optimized",
      "this system loads only its maker's modules; use a node image of another distribution"
    ),
    ("sle-micro", "transactional-update", "install inside transactional-update shell, then reboot"),
    ("sl-micro", "transactional-update", "install inside transactional-update shell, then reboot"),
    ("opensuse-microos", "transactional-update", "install inside transactional-update shell, then reboot"),
    ("rancheros", "rancheros", "put toa.ko into the image"),
  ]

  /// Looks for the signs; nil for an ordinary system.
  public static func detect(in root: FileRoot, distribution: Distribution) -> ImmutableSystem? {
    if root.exists("/run/ostree-booted") {
      return ImmutableSystem(
        mechanism: "ostree", evidence: "/run/ostree-booted",
        advice: "layer the module package with rpm-ostree or bake it into the image")
    }
    if let known = systems.first(where: { $0.id == distribution.id }) {
      return ImmutableSystem(mechanism: known.mechanism, evidence: "ID=\(distribution.id)", advice: known.advice)
    }
    guard let options = usrOptions(in: root), options.contains("ro") else { return nil }
    return ImmutableSystem(
      mechanism: "read-only /usr", evidence: "/proc/self/mounts",
      advice: "remount /usr for writing while installing: mount -o remount,rw /usr")
  }

  /// Mount options of /usr where it is a mount of its own.
  private static func usrOptions(in root: FileRoot) -> [Substring]? {
    guard let mounts = root.line("/proc/self/mounts") else { return nil }
    let fields = mounts.lines.map(\.words).last { $0.count >= 4 && $0[1] == "/usr" }
    return fields?[3].split(separator: ",")
  }
}
