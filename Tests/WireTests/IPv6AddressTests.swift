// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct IPv6AddressTests {
  @Test(arguments: [
    // RFC 5952, sections 1, 4 and 5
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:0db8::0001", "2001:db8::1"),
    ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("2001:DB8::ABCD", "2001:db8::abcd"),
    ("::ffff:c000:0280", "::ffff:192.0.2.128"),
    // RFC 4291, section 2.2
    ("0:0:0:0:0:0:0:0", "::"),
    ("0:0:0:0:0:0:0:1", "::1"),
    ("ff01::101", "ff01::101"),
    ("1::", "1::"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("::13.1.68.3", "::d01:4403"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ("::FFFF:129.144.52.38", "::ffff:129.144.52.38"),
  ])
  func `each form of an address prints canonically`(text: String, canonical: String) throws {
    let address = try #require(IPv6Address(text))
    #expect(address.description == canonical)
    #expect(IPv6Address(canonical) == address)
  }

  @Test(arguments: [
    "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
    ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "12345::", "g::", "fe80::1%eth0", "[::1]", "::1 ", "1.2.3.4", "::1.2.3",
    "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4", "::ffff:1.2.3.256", "::-1",
  ])
  func `what inet_pton refuses is no address`(text: String) {
    #expect(IPv6Address(text) == nil)
  }

  @Test func `a mapped address holds the IPv4 address`() {
    let inner = IPv4Address(192, 0, 2, 77)
    let mapped = IPv6Address(mapped: inner)
    #expect(mapped.bytes == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 77])
    #expect(mapped.mappedAddress == inner)
    #expect(IPAddress.v6(mapped).unmapped == .v4(inner))
    #expect(IPv6Address("::c000:24d")?.mappedAddress == nil)
  }

  @Test func `every printed address reads back, also with runs of zeros`() {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<2000 {
      var bytes = generator.bytes(16)
      let keep = UInt8.random(in: 0...255, using: &generator)
      for group in 0..<8 where keep >> group & 1 == 0 {
        bytes.replaceSubrange(group * 2..<group * 2 + 2, with: [0, 0])
      }
      let address = IPv6Address(bytes: bytes)
      #expect(address?.bytes == bytes)
      #expect(address.flatMap { IPv6Address($0.description) } == address)
    }
  }
}
