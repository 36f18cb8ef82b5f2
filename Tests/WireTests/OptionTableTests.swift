// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct OptionTableTests {
  private static let client = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 34567)
  private static let found = OptionSearch.client(client, .classic(kind: 254))
  /// 254/8, port 34567 = 0x8707, address 192.0.2.77
  private static let option: [UInt8] = [0xfe, 0x08, 0x87, 0x07, 0xc0, 0x00, 0x02, 0x4d]

  @Test func `a client becomes the bytes of its option`() {
    #expect(OptionFormat.classic(kind: 254).option(for: Self.client)?.bytes == Self.option)
    #expect(OptionFormat.classicV6(kind: 254).option(for: Self.client) == nil)
  }

  @Test func `both options of the standard table give the client`() {
    #expect(OptionTable.standard.search(Self.option) == Self.found)
    #expect(
      OptionTable.standard.search([0xc8] + Self.option.dropFirst()) == .client(Self.client, .classic(kind: 200)))
  }

  @Test(arguments: [0, 1, 2, 3]) func `padding before the option does not matter`(count: Int) {
    #expect(OptionTable.standard.search([UInt8](repeating: 1, count: count) + Self.option) == Self.found)
  }

  @Test func `an option of wrong length is skipped`() {
    #expect(OptionTable.standard.search([0xfe, 0x06, 0x87, 0x07, 0xc0, 0x00]) == .absent)
    #expect(OptionTable.standard.search([0xfe, 0x06, 0x87, 0x07, 0xc0, 0x00] + Self.option) == Self.found)
  }

  @Test func `an unknown kind is skipped`() {
    #expect(OptionTable.standard.search([0xfd, 0x08, 1, 2, 3, 4, 5, 6] + Self.option) == Self.found)
    #expect(OptionTable.standard.search([0xfd, 0x08, 1, 2, 3, 4, 5, 6]) == .absent)
  }

  @Test func `nothing behind the end of the list or a bad length is found`() {
    #expect(OptionTable.standard.search([0x00] + Self.option) == .absent)
    #expect(OptionTable.standard.search([0x02, 0x01] + Self.option) == .absent)
    #expect(OptionTable.standard.search(Array(Self.option.dropLast())) == .absent)
  }

  @Test(
    arguments: [
      [0xfe, 0x08, 0x87, 0x07, 0, 0, 0, 0],  // 0.0.0.0
      [0xfe, 0x08, 0x00, 0x00, 192, 0, 2, 77],  // port 0
      [0xfe, 0x08, 0x87, 0x07, 224, 0, 0, 1],  // multicast
      [0xfe, 0x08, 0x87, 0x07, 255, 255, 255, 255],  // broadcast
    ] as [[UInt8]])
  func `an address or port that no client has is refused`(bytes: [UInt8]) {
    #expect(OptionTable.standard.search(bytes) == .unusable(.classic(kind: 254)))
  }

  @Test func `the first of two options wins, also when it is unusable`() {
    let other: [UInt8] = [0xc8, 0x08, 0x00, 0x50, 198, 51, 100, 9]
    #expect(OptionTable.standard.search(Self.option + other) == Self.found)
    #expect(
      OptionTable.standard.search([0xfe, 0x08, 0, 0, 0, 0, 0, 0] + Self.option) == .unusable(.classic(kind: 254)))
  }

  @Test func `a longer table reads IPv6 addresses and options without a port`() throws {
    let withoutPort = try #require(OptionFormat(kind: 28, length: 7, family: .v4, portOffset: nil, addressOffset: 3))
    let table = OptionTable([.classicV6(kind: 253), withoutPort])
    let client = Endpoint(address: try #require(IPAddress("2001:db8::99")), port: 12346)
    let bytes = try #require(OptionFormat.classicV6(kind: 253).option(for: client)?.bytes)
    #expect(bytes.count == 20)
    #expect(table.search(bytes) == .client(client, .classicV6(kind: 253)))
    let portless = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 0)
    #expect(table.search([28, 7, 1, 192, 0, 2, 77]) == .client(portless, withoutPort))
  }

  @Test func `a format whose fields do not fit is none`() {
    for (port, address) in [(2, 5), (1, 4), (7, 4), (nil, 1), (nil, .max), (.min, 4), (.max, 4)] as [(Int?, Int)] {
      #expect(OptionFormat(kind: 254, length: 8, family: .v4, portOffset: port, addressOffset: address) == nil)
    }
    #expect(OptionFormat(kind: 254, length: 41, family: .v4, portOffset: 2, addressOffset: 4) == nil)
    #expect(OptionFormat(kind: 1, length: 8, family: .v4, portOffset: 2, addressOffset: 4) == nil)
  }

  @Test func `random option bytes never trap and never give an unusable client`() {
    var generator = SeededGenerator(seed: 2)
    let table = OptionTable(OptionTable.standard.formats + [.classicV6(kind: 254), .classicV6(kind: 253)])
    var clients = 0
    for _ in 0..<5000 {
      var bytes = generator.bytes(Int.random(in: 0...40, using: &generator))
      if bytes.count >= 2, Bool.random(using: &generator) {
        bytes[0] = [254, 200, 253].randomElement(using: &generator) ?? 254
        bytes[1] = [8, 20].randomElement(using: &generator) ?? 8
      }
      guard case .client(let client, let format) = table.search(bytes) else { continue }
      clients += 1
      #expect(client.address.isUsableClient && client.port != 0)
      #expect(client.address.bytes.count == format.family.size)
    }
    #expect(clients > 1000)
  }
}
