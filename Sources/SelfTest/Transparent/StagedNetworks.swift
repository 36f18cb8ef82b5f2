// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Linux
import Wire

/// The namespaces of a transparent proxy's stage, with their interfaces and routes.
final class StagedNetworks: Sendable {
  let client: NetworkNamespace
  let proxy: NetworkNamespace
  let server: NetworkNamespace
  /// The port on which the server listens.
  let port: UInt16
  /// Why there is no IPv6 here, when there is none.
  let missingV6: String?

  /// Makes them; the calling thread is in the last of them afterwards.
  init(_ options: TransparentStageOptions) throws(SelfTestError) {
    port = options.port
    client = try NetworkNamespace()
    server = try NetworkNamespace()
    proxy = try NetworkNamespace()
    let inner = options.interface == "toa-client" ? "toa-client2" : "toa-client"
    do {
      var netlink = try NetlinkSocket()
      try netlink.perform(.pair(inner, peer: "toa0", in: client.number), as: .makePair)
      try netlink.perform(.pair(options.interface, peer: "toa0", in: server.number), as: .makePair)
    }
    let places = [
      Place(namespace: proxy, interfaces: [(inner, .client), (options.interface, .server)], isEnd: false),
      Place(namespace: client, interfaces: [("toa0", .client)], isEnd: true),
      Place(namespace: server, interfaces: [("toa0", .server)], isEnd: true),
    ]
    // A pair carries packets when both of its ends are up: first all of them, then addresses.
    for place in places { try place.raise() }
    var missing = Self.missingV6Sockets()
    for place in places { try place.number(&missing) }
    missingV6 = missing
    try proxy.enter()
    // New namespaces take this from the first one, and what no rule diverts has to be lost.
    _ = writeSetting("/proc/sys/net/ipv4/ip_forward", "0")
  }

  /// One of the two networks, by its addresses.
  enum Link: UInt8 {
    case client = 1
    case server = 2

    /// The proxy's address there.
    func near(_ family: TransparentStage.Family) -> IPAddress { address(family, 1) }

    /// The address of the other one.
    func far(_ family: TransparentStage.Family) -> IPAddress { address(family, 2) }

    /// From the benchmarking range (RFC 2544), and unique local ones (RFC 4193).
    private func address(_ family: TransparentStage.Family, _ host: UInt8) -> IPAddress {
      switch family {
      case .v4: .v4(IPv4Address(198, 18, rawValue, host))
      case .v6: .v6(IPv6Address(high: 0xfd74_6f61_0000_0000, low: UInt64(rawValue) << 16 | UInt64(host)))
      }
    }
  }

  private static func missingV6Sockets() -> String? {
    let number = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return "this kernel has no IPv6 sockets (errno \(errno))" }
    close(number)
    return nil
  }
}

/// One of the namespaces, with its interfaces and the network that each belongs to.
private struct Place {
  let namespace: NetworkNamespace
  let interfaces: [(name: String, link: StagedNetworks.Link)]
  /// Whether it is the client or the server, which have their default route by way of the proxy.
  let isEnd: Bool

  /// What a new namespace may have from the host, and what a test wants otherwise it sets afterwards. Without an address of the link, for
  /// which duplicates are looked for a second or two, nobody asks for a neighbour on behalf of a client.
  private static let settings = [
    ("ipv4", "rp_filter"), ("ipv4", "src_valid_mark"), ("ipv6", "disable_ipv6"), ("ipv6", "accept_dad"),
  ]

  /// Brings the interfaces up.
  func raise() throws(SelfTestError) {
    try namespace.enter()
    for group in ["all", "default"] + interfaces.map(\.name) {
      for (family, name) in Self.settings { _ = writeSetting("/proc/sys/net/\(family)/conf/\(group)/\(name)", "0") }
    }
    var netlink = try NetlinkSocket()
    try netlink.perform(.raise(device: unsafe if_nametoindex("lo")), as: .raiseLoopback)
    for (name, _) in interfaces { try netlink.perform(.raise(device: unsafe if_nametoindex(name)), as: .raisePair) }
  }

  /// Gives the interfaces addresses and routes; `missing` says why not of IPv6, and gets the reason when they take none.
  func number(_ missing: inout String?) throws(SelfTestError) {
    try namespace.enter()
    let deadline = Deadline(milliseconds: 3000)
    var netlink = try NetlinkSocket()
    for (name, link) in interfaces {
      while !(try isRunning(name)), !deadline.hasPassed { usleep(500) }
      try number(name, link, .v4, &netlink)
      guard missing == nil else { continue }
      do throws(SelfTestError) {
        try number(name, link, .v6, &netlink)
      } catch {
        missing = "no interface here takes an IPv6 address (errno \(error.errno))"
      }
    }
  }

  private func number(
    _ name: String, _ link: StagedNetworks.Link, _ family: TransparentStage.Family, _ netlink: inout NetlinkSocket
  ) throws(SelfTestError) {
    let index = unsafe if_nametoindex(name)
    let own = isEnd ? link.far(family) : link.near(family)
    try netlink.perform(.add(own, to: index, prefixLength: family == .v4 ? 24 : 112), as: .addPairAddress)
    if isEnd { try netlink.perform(.route(by: link.near(family), through: index), as: .addPairRoute) }
  }

  /// Whether an interface carries packets: the kernel gets to know a moment after both ends are up, and drops what is sent before.
  private func isRunning(_ name: String) throws(SelfTestError) -> Bool {
    let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = Descriptor(try attempt(.raisePair) { socket(AF_INET, type, 0) })
    var request = unsafe ifreq()
    unsafe withUnsafeMutableBytes(of: &request.ifr_ifrn.ifrn_name) { field in
      unsafe field.copyBytes(from: name.utf8.prefix(field.count - 1))
    }
    let number = descriptor.number
    try attempt(.raisePair) { unsafe ioctl(number, UInt(SIOCGIFFLAGS), &request) }
    return unsafe Int32(request.ifr_ifru.ifru_flags) & Int32(IFF_RUNNING) != 0
  }
}
