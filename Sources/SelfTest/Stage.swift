// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Linux
import Wire

/// Where the connections are made: a network namespace of the calling thread with a TUN device, behind which the synthetic
/// load balancer is.
///
///     listening socket -- kernel -- TUN device -- this program as load balancer
///                      198.18.0.1              10.9.0.2 (trusted), 198.51.100.2 (not)
struct Stage: ~Copyable {
  /// The real server's IPv4 address, from the benchmarking range (RFC 2544) so that no other address here equals it.
  static let address = IPv4Address(198, 18, 0, 1)
  /// The real server's IPv6 address, a unique local one (RFC 4193).
  static let addressV6 = IPv6Address(high: 0xfd74_6f61_0000_0000, low: 1)

  /// The device.
  let tun: TunDevice
  /// Why there are no AF_INET6 sockets, when there are none.
  let missingSocketsV6: String?
  /// Why IPv6 packets cannot be exchanged, when they cannot.
  let missingAddressV6: String?

  /// Moves the calling thread into a new network namespace, for good, and equips that; `tap` gets each packet of the device.
  init(tap: ((RecordedPacket) -> Void)? = nil) throws(SelfTestError) {
    let unshared = clinux_unshare(clinux_CLONE_NEWNET)
    guard unshared == 0 else { throw SelfTestError(step: SetupStep.makeNamespace.rawValue, errno: -unshared) }
    var netlink = try NetlinkSocket()
    try netlink.perform(.raise(device: unsafe if_nametoindex("lo")), as: .raiseLoopback)
    let tun = try TunDevice(name: "toa0", tap: tap)
    try netlink.perform(.raise(device: tun.index), as: .raiseTun)
    try netlink.perform(.add(.v4(Self.address), to: tun.index), as: .addAddress)
    try netlink.perform(.route(like: .v4(Self.address), through: tun.index), as: .addRoute)
    missingSocketsV6 = Self.missingSocketsV6()
    missingAddressV6 = missingSocketsV6 ?? Self.equipV6(tun.index, &netlink)
    self.tun = tun
  }

  private static func missingSocketsV6() -> String? {
    let number = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return "this kernel has no IPv6 sockets (errno \(errno))" }
    close(number)
    return nil
  }

  private static func equipV6(_ index: UInt32, _ netlink: inout NetlinkSocket) -> String? {
    // A host that disables IPv6 on new devices hands that on to new namespaces on some kernels. Only this one is changed.
    _ = writeSetting("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0")
    _ = writeSetting("/proc/sys/net/ipv6/conf/toa0/disable_ipv6", "0")
    do throws(SelfTestError) {
      try netlink.perform(.add(.v6(addressV6), to: index), as: .addAddressV6)
      try netlink.perform(.route(like: .v6(addressV6), through: index), as: .addAddressV6)
      return nil
    } catch {
      return "the TUN device takes no IPv6 address (errno \(error.errno))"
    }
  }
}

/// Writes a file below /proc/sys/net, which shows the settings of the thread's own network namespace. Returns 0 or errno.
func writeSetting(_ path: String, _ value: String) -> Int32 {
  let number = retrying { unsafe open(path, O_WRONLY | O_CLOEXEC) }
  guard number >= 0 else { return errno }
  let file = Descriptor(number)
  let bytes = Array(value.utf8)
  return retrying { unsafe write(file.number, bytes, bytes.count) } == bytes.count ? 0 : errno
}
