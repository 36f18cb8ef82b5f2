// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What systemd finds of a unit when it boots, in its folders on the disk.
struct BootUnit: Sendable {
  /// The unit's file; the one in the strongest folder counts.
  let place: String?
  /// The link by which a target wants it.
  let wish: String?
  /// That file or link, where it is empty or leads to /dev/null: `systemctl mask`.
  let mask: String?

  /// Whether the next boot starts it.
  var isStarted: Bool { place != nil && wish != nil && mask == nil }
}

/// Folders of units, the strongest first.
private let folders = [
  "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
]
private let targets = ["sysinit.target", "multi-user.target", "basic.target"]

extension FileRoot {
  /// Looks for a unit by its name, such as "toa-ebpf.service".
  func bootUnit(_ name: String) -> BootUnit {
    func isThere(_ path: String) -> Bool { exists(path) || linkTarget(path) != nil }
    let place = folders.map { "\($0)/\(name)" }.first(where: isThere)
    let wish = targets.lazy.compactMap { target in
      folders.map { "\($0)/\(target).wants/\(name)" }.first(where: isThere)
    }.first
    let mask = [place, wish].compactMap { $0 }.first(where: isMask)
    return BootUnit(place: place, wish: wish, mask: mask)
  }

  /// Whether a unit's file, or the link by which a target wants it, is empty or leads to /dev/null.
  func isMask(_ path: String) -> Bool { linkTarget(path) == "/dev/null" || size(path) == 0 }
}
