// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A network interface of this network namespace, as /sys/class/net shows it.
struct NetworkInterface: Sendable, Equatable {
  /// "eth0".
  let name: String
  /// The longest packet that it sends, in bytes.
  let mtu: Int
  /// Whether hardware is behind it: no bridge, tunnel or pair of virtual ones.
  let isPhysical: Bool

  /// Those that are up, without the loopback.
  static func up(in files: FileRoot) -> [NetworkInterface] {
    files.list("/sys/class/net").compactMap { name in
      let folder = "/sys/class/net/\(name)"
      // IFF_UP and IFF_LOOPBACK of include/uapi/linux/if.h.
      guard let text = files.line("\(folder)/flags"), text.hasPrefix("0x"),
        let flags = UInt32(text.dropFirst(2), radix: 16), flags & 0x1 != 0, flags & 0x8 == 0,
        let mtu = files.line("\(folder)/mtu").flatMap({ Int($0) })
      else { return nil }
      return NetworkInterface(name: name, mtu: mtu, isPhysical: files.exists("\(folder)/device"))
    }
  }
}
