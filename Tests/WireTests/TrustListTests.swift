// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct TrustListTests {
  @Test func `the standard list is loopback, private, shared and link-local`() {
    #expect(
      TrustList.standard.description
        == "10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7,fe80::/10"
    )
  }

  @Test func `the standard list reads back as itself`() throws {
    #expect(try TrustList(parsing: TrustList.standard.description) == .standard)
    // The order in which the module has it, and the line end that sysfs adds.
    let module =
      "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,::1/128,fc00::/7,fe80::/10\n"
    #expect(try TrustList(parsing: module) == .standard)
  }

  @Test(arguments: [
    ("10.0.0.1", true), ("172.31.255.255", true), ("172.32.0.0", false), ("100.127.255.255", true),
    ("100.128.0.0", false), ("198.51.100.2", false), ("8.8.8.8", false), ("::1", true), ("::2", false),
    ("fdff::1", true), ("fe80::1", true), ("fec0::1", false), ("2001:db8::1", false), ("::ffff:10.0.0.1", true),
    ("::ffff:8.8.8.8", false), ("::10.0.0.1", false),
  ])
  func `a source is trusted when a prefix holds it`(source: String, isTrusted: Bool) throws {
    #expect(TrustList.standard.contains(try #require(IPAddress(source))) == isTrusted)
  }

  @Test func `any trusts everybody and none nobody`() throws {
    let source = try #require(IPAddress("8.8.8.8"))
    #expect(try TrustList(parsing: "any") == .any)
    #expect(try TrustList(parsing: " none\n") == .nobody)
    #expect(TrustList.any.contains(source))
    #expect(!TrustList.nobody.contains(source))
    #expect(TrustList.any.description == "any")
    #expect(TrustList.nobody.description == "none")
  }

  @Test(arguments: [
    ("203.0.113.7", "203.0.113.7/32"),
    ("fc00::/7,10.0.0.0/8", "10.0.0.0/8,fc00::/7"),
    ("10.1.0.0/16, 10.0.0.0/8\t10.0.0.0/8", "10.0.0.0/8"),
    ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ("2001:DB8::/32", "2001:db8::/32"),
    ("0.0.0.0/0,::/0,10.0.0.0/8", "0.0.0.0/0,::/0"),
  ])
  func `a list prints sorted and without what another entry covers`(text: String, canonical: String) throws {
    #expect(try TrustList(parsing: text).description == canonical)
  }

  @Test(arguments: [
    ("", TrustListError.empty),
    (" ,\n", .empty),
    ("any,10.0.0.0/8", .contradiction("any")),
    ("none,any", .contradiction("any")),
    ("none,10.0.0.0/8", .contradiction("none")),
    ("10.0.0/8", .badPrefix(.notAnAddress("10.0.0/8"))),
    ("lb.example", .badPrefix(.notAnAddress("lb.example"))),
    ("10.0.0.0/33", .badPrefix(.badLength("10.0.0.0/33"))),
    ("10.0.0.0/", .badPrefix(.badLength("10.0.0.0/"))),
    ("10.0.0.0/08", .badPrefix(.badLength("10.0.0.0/08"))),
    ("10.0.0.0/8/8", .badPrefix(.badLength("10.0.0.0/8/8"))),
    ("::/129", .badPrefix(.badLength("::/129"))),
    (
      "10.1.2.3/8",
      .badPrefix(.hostBits("10.1.2.3/8", meant: IPPrefix(.v4(IPv4Address(10, 0, 0, 0)), length: 8)))
    ),
  ])
  func `a list that does not parse is refused and says why`(text: String, reason: TrustListError) {
    #expect(throws: reason) { try TrustList(parsing: text) }
  }

  @Test func `host bits are answered with the prefix that was meant`() {
    #expect(throws: PrefixError.self) { try IPPrefix(parsing: "10.1.2.3/8") }
    let error = PrefixError.hostBits("10.1.2.3/8", meant: IPPrefix(.v4(IPv4Address(10, 1, 2, 3)), length: 8))
    #expect(error.description == "\"10.1.2.3/8\" has bits set behind the prefix; 10.0.0.0/8 has not")
  }

  @Test func `a list that the kernel side cannot keep is refused`() {
    let many = (0..<257).map { "10.\($0 / 256).\($0 % 256).0/30" }.joined(separator: ",")
    #expect(throws: TrustListError.tooMany(257)) { try TrustList(parsing: many) }
    let long = (0..<128).map { "2001:db8:1111:2222:3333:4444:5555:\(String(0x1000 + $0, radix: 16))/128" }
    #expect(throws: TrustListError.self) { try TrustList(parsing: long.joined(separator: ",")) }
  }

  @Test func `a prefix holds what a bit by bit comparison says`() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<3000 {
      let bytes = generator.bytes(16)
      var near = bytes
      near[Int.random(in: 0..<16, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      let length = Int.random(in: 0...128, using: &generator)
      guard let one = IPv6Address(bytes: bytes), let other = IPv6Address(bytes: near) else { continue }
      let isSame = bits(bytes).prefix(length).elementsEqual(bits(near).prefix(length))
      #expect(IPPrefix(.v6(one), length: length).contains(.v6(other)) == isSame)
    }
  }

  private func bits(_ bytes: [UInt8]) -> [UInt8] { bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } } }
}
