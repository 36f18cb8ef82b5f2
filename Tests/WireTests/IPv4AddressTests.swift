// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct IPv4AddressTests {
  @Test func `an address is a number with its first octet on top`() {
    #expect(IPv4Address(192, 0, 2, 77).value == 0xc000_024d)
    #expect(IPv4Address("192.0.2.77")?.bytes == [192, 0, 2, 77])
    #expect(IPv4Address(bytes: [192, 0, 2, 77])?.description == "192.0.2.77")
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "01.2.3.4", "1.2.3.00", "1.2.3.4 ",
    " 1.2.3.4", "+1.2.3.4", "1.2.3.-4", "1.2.3.4444444444444444444", "0x1.2.3.4", "１.2.3.4", "1.2.3.4\n",
  ])
  func `what inet_pton refuses is no address`(text: String) {
    #expect(IPv4Address(text) == nil)
  }

  @Test func `only four bytes make an address`() {
    #expect(IPv4Address(bytes: [1, 2, 3]) == nil)
    #expect(IPv4Address(bytes: [1, 2, 3, 4, 5]) == nil)
  }

  @Test func `every printed address reads back`() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<2000 {
      let address = IPv4Address(UInt32.random(in: 0...(.max), using: &generator))
      #expect(IPv4Address(address.description) == address)
      #expect(IPv4Address(bytes: address.bytes) == address)
    }
  }

  @Test func `multicast, broadcast and zero are not clients`() {
    for text in ["0.0.0.0", "224.0.0.1", "239.255.255.255", "255.255.255.255"] {
      #expect(IPAddress(text)?.isUsableClient == false)
    }
    for text in ["0.0.0.1", "223.255.255.255", "240.0.0.1", "127.0.0.1", "10.0.0.1"] {
      #expect(IPAddress(text)?.isUsableClient == true)
    }
  }
}
