// SPDX-License-Identifier: Apache-2.0
#if _endian(little)
  import Testing
  import Wire

  @testable import SelfTest

  @Suite struct NetlinkRequestTests {
    @Test func `bringing a device up is one ifinfomsg`() {
      #expect(
        NetlinkRequest.raise(device: 3).bytes(sequence: 7) == [
          0x20, 0, 0, 0,  // 32 bytes
          0x10, 0,  // RTM_NEWLINK
          0x05, 0,  // request, acknowledge
          0x07, 0, 0, 0, 0, 0, 0, 0,  // sequence, port
          0, 0, 0, 0,  // family, type
          0x03, 0, 0, 0,  // device
          0x01, 0, 0, 0, 0x01, 0, 0, 0,  // IFF_UP, and only that changes
        ])
    }

    @Test func `an address is added as local and as own, without duplicate address detection`() {
      #expect(
        NetlinkRequest.add(.v4(IPv4Address(198, 18, 0, 1)), to: 2).bytes(sequence: 1) == [
          0x28, 0, 0, 0,  // 40 bytes
          0x14, 0,  // RTM_NEWADDR
          0x05, 0x05,  // request, acknowledge, replace, create
          0x01, 0, 0, 0, 0, 0, 0, 0,  // sequence, port
          0x02, 32, 0x02, 0,  // AF_INET, /32, IFA_F_NODAD, scope universe
          0x02, 0, 0, 0,  // device
          0x08, 0, 0x02, 0, 198, 18, 0, 1,  // IFA_LOCAL
          0x08, 0, 0x01, 0, 198, 18, 0, 1,  // IFA_ADDRESS
        ])
    }

    @Test func `an address may have its network's prefix length`() {
      #expect(
        NetlinkRequest.add(.v4(IPv4Address(198, 18, 1, 1)), to: 2, prefixLength: 24).bytes(sequence: 1)[16..<20]
          == [0x02, 24, 0x02, 0])
    }

    @Test func `a veth pair names both ends, and the namespace of the other`() {
      #expect(
        NetlinkRequest.pair("ab", peer: "cd0", in: 9).bytes(sequence: 1) == [
          0x5c, 0, 0, 0,  // 92 bytes
          0x10, 0,  // RTM_NEWLINK
          0x05, 0x06,  // request, acknowledge, exclusive, create
          0x01, 0, 0, 0, 0, 0, 0, 0,  // sequence, port
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // struct ifinfomsg
          0x07, 0, 0x03, 0, 0x61, 0x62, 0, 0,  // IFLA_IFNAME
          0x34, 0, 0x12, 0,  // IFLA_LINKINFO
          0x08, 0, 0x01, 0, 0x76, 0x65, 0x74, 0x68,  // IFLA_INFO_KIND
          0x28, 0, 0x02, 0,  // IFLA_INFO_DATA
          0x24, 0, 0x01, 0,  // VETH_INFO_PEER
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // struct ifinfomsg of the other end
          0x08, 0, 0x03, 0, 0x63, 0x64, 0x30, 0,  // IFLA_IFNAME
          0x08, 0, 0x1c, 0, 0x09, 0, 0, 0,  // IFLA_NET_NS_FD
        ])
    }

    @Test func `a default route by way of a gateway names both`() {
      #expect(
        NetlinkRequest.route(by: .v4(IPv4Address(198, 18, 1, 1)), through: 2).bytes(sequence: 1) == [
          0x2c, 0, 0, 0,  // 44 bytes
          0x18, 0,  // RTM_NEWROUTE
          0x05, 0x05,  // request, acknowledge, replace, create
          0x01, 0, 0, 0, 0, 0, 0, 0,  // sequence, port
          0x02, 0, 0, 0,  // AF_INET, 0.0.0.0/0, from anywhere, any type of service
          0xfe, 0x03, 0, 0x01,  // table main, RTPROT_BOOT, scope universe, unicast
          0, 0, 0, 0,  // flags
          0x08, 0, 0x05, 0, 198, 18, 1, 1,  // RTA_GATEWAY
          0x08, 0, 0x04, 0, 0x02, 0, 0, 0,  // RTA_OIF
        ])
    }

    @Test func `a default route names only its device`() {
      #expect(
        NetlinkRequest.route(like: .v6(Stage.addressV6), through: 2).bytes(sequence: 1) == [
          0x24, 0, 0, 0,  // 36 bytes
          0x18, 0,  // RTM_NEWROUTE
          0x05, 0x05,  // request, acknowledge, replace, create
          0x01, 0, 0, 0, 0, 0, 0, 0,  // sequence, port
          0x0a, 0, 0, 0,  // AF_INET6, ::/0, from anywhere, any type of service
          0xfe, 0x03, 0xfd, 0x01,  // table main, RTPROT_BOOT, scope link, unicast
          0, 0, 0, 0,  // flags
          0x08, 0, 0x04, 0, 0x02, 0, 0, 0,  // RTA_OIF
        ])
    }
  }
#endif
