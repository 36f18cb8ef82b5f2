// SPDX-License-Identifier: Apache-2.0
import CLinux
import Wire

/// A request of rtnetlink(7) as bytes. Numbers are in the machine's byte order, addresses in network order.
struct NetlinkRequest {
  private let type: UInt16
  private let flags: UInt16
  private var body: [UInt8] = []

  private init(type: Int, flags: Int32) {
    self.type = UInt16(truncatingIfNeeded: type)
    self.flags = UInt16(truncatingIfNeeded: flags | NLM_F_REQUEST | NLM_F_ACK)
  }

  /// Brings a device up: struct ifinfomsg.
  static func raise(device index: UInt32) -> NetlinkRequest {
    let up: UInt32 = 1  // IFF_UP
    var request = NetlinkRequest(type: Int(RTM_NEWLINK), flags: 0)
    request.append(UInt32(0))  // family, padding, type
    request.append(index)
    request.append(up)  // flags
    request.append(up)  // which of them change
    return request
  }

  /// Makes a pair of virtual Ethernet devices: one here, the other, `peer`, in the network namespace of a descriptor.
  static func pair(_ name: String, peer: String, in namespace: Int32) -> NetlinkRequest {
    let header = [UInt8](repeating: 0, count: 16)  // struct ifinfomsg
    let other =
      header + attribute(Int(IFLA_IFNAME), Array(peer.utf8) + [0])
      + attribute(Int(IFLA_NET_NS_FD), hostOrder(namespace))
    let data = attribute(Int(VETH_INFO_PEER), other)
    var request = NetlinkRequest(type: Int(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL)
    request.body += header
    request.append(attribute: Int(IFLA_IFNAME), Array(name.utf8) + [0])
    request.append(
      attribute: Int(IFLA_LINKINFO),
      attribute(Int(IFLA_INFO_KIND), Array("veth".utf8)) + attribute(Int(IFLA_INFO_DATA), data))
    return request
  }

  /// Gives a device an address that is usable at once, without duplicate address detection: struct ifaddrmsg. `prefixLength` is that of
  /// its network, by default of the address alone.
  static func add(_ address: IPAddress, to index: UInt32, prefixLength: UInt8? = nil) -> NetlinkRequest {
    let bytes = address.bytes
    let length = prefixLength ?? UInt8(bytes.count * 8)
    var request = NetlinkRequest(type: Int(RTM_NEWADDR), flags: NLM_F_CREATE | NLM_F_REPLACE)
    request.body += [address.family, length, UInt8(IFA_F_NODAD), 0]  // scope universe
    request.append(index)
    request.append(attribute: Int(IFA_LOCAL), bytes)
    request.append(attribute: Int(IFA_ADDRESS), bytes)
    return request
  }

  /// Sends everything of a family that is not local through a device.
  static func route(like address: IPAddress, through index: UInt32) -> NetlinkRequest {
    defaultRoute(address.family, RT_SCOPE_LINK.rawValue, [], index)
  }

  /// The default route of a gateway's family, by way of it.
  static func route(by gateway: IPAddress, through index: UInt32) -> NetlinkRequest {
    defaultRoute(
      gateway.family, RT_SCOPE_UNIVERSE.rawValue, attribute(Int(RTA_GATEWAY.rawValue), gateway.bytes), index)
  }

  /// struct rtmsg of a default route; `gateway` is its attribute, or empty.
  private static func defaultRoute(
    _ family: UInt8, _ scope: UInt32, _ gateway: [UInt8], _ index: UInt32
  ) -> NetlinkRequest {
    var request = NetlinkRequest(type: Int(RTM_NEWROUTE), flags: NLM_F_CREATE | NLM_F_REPLACE)
    request.body += [family, 0, 0, 0]  // destination length, source length, type of service
    request.body += [UInt8(RT_TABLE_MAIN.rawValue), UInt8(RTPROT_BOOT), UInt8(scope), UInt8(RTN_UNICAST)]
    request.append(UInt32(0))  // flags
    request.body += gateway
    request.append(attribute: Int(RTA_OIF.rawValue), hostOrder(index))
    return request
  }

  /// The message: struct nlmsghdr and the body.
  func bytes(sequence: UInt32) -> [UInt8] {
    hostOrder(UInt32(16 + body.count)) + hostOrder(type) + hostOrder(flags) + hostOrder(sequence) + hostOrder(UInt32(0))
      + body
  }

  private mutating func append(_ number: UInt32) { body += hostOrder(number) }

  private mutating func append(attribute type: Int, _ data: [UInt8]) { body += Self.attribute(type, data) }

  /// struct nlattr and its data, padded.
  private static func attribute(_ type: Int, _ data: [UInt8]) -> [UInt8] {
    hostOrder(UInt16(4 + data.count)) + hostOrder(UInt16(truncatingIfNeeded: type)) + data
      + [UInt8](repeating: 0, count: (4 - data.count % 4) % 4)
  }
}

extension IPAddress {
  /// AF_INET or AF_INET6.
  var family: UInt8 {
    switch self {
    case .v4: 2
    case .v6: 10
    }
  }
}

/// A number's bytes as they lie in memory.
func hostOrder(_ number: some FixedWidthInteger & BitwiseCopyable) -> [UInt8] {
  unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
}
