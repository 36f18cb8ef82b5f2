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

  @Test func `an option of wrong length is skipped, and told of when no other one is there`() {
    #expect(
      OptionTable.standard.search([0xfe, 0x06, 0x87, 0x07, 0xc0, 0x00]) == .wrongLength(kind: 254, length: 6))
    #expect(OptionTable.standard.search([0xfe, 0x06, 0x87, 0x07, 0xc0, 0x00] + Self.option) == Self.found)
  }

  @Test func `an unknown kind is skipped`() {
    #expect(OptionTable.standard.search([0xfb, 0x08, 1, 2, 3, 4, 5, 6] + Self.option) == Self.found)
    #expect(OptionTable.standard.search([0xfb, 0x08, 1, 2, 3, 4, 5, 6]) == .absent)
  }

  @Test func `nothing behind the end of the list or a bad length is found`() {
    #expect(OptionTable.standard.search([0x00] + Self.option) == .absent)
    #expect(OptionTable.standard.search([0x02, 0x01] + Self.option) == .absent)
    #expect(OptionTable.standard.search([0x22, 0x09] + Self.option.dropLast(2)) == .absent)
  }

  @Test func `a known option that is cut off is malformed`() {
    #expect(OptionTable.standard.search(Array(Self.option.dropLast())) == .wrongLength(kind: 254, length: 8))
    #expect(OptionTable.standard.search([0x01, 0xfe]) == .wrongLength(kind: 254, length: nil))
    #expect(OptionTable.standard.search([0xfe, 0x01] + Self.option) == .wrongLength(kind: 254, length: 1))
    #expect(OptionTable.standard.search(Array(Self.option.dropLast())).isMalformed)
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
    let withoutPort = try #require(OptionFormat(kind: 28, length: 7, layout: OptionLayout(.v4, addressOffset: 3)))
    let table = OptionTable([.classicV6(kind: 253), withoutPort])
    let client = Endpoint(address: try #require(IPAddress("2001:db8::99")), port: 12346)
    let bytes = try #require(OptionFormat.classicV6(kind: 253).option(for: client)?.bytes)
    #expect(bytes.count == 20)
    #expect(table.search(bytes) == .client(client, .classicV6(kind: 253)))
    let portless = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 0)
    #expect(table.search([28, 7, 1, 192, 0, 2, 77]) == .client(portless, withoutPort))
  }

  @Test func `a format whose fields do not fit is none`() {
    for (port, address) in [
      (2, 5), (1, 4), (7, 4), (6, 4), (4, 4), (4, 3), (3, 4), (nil, 1), (nil, .max), (.min, 4), (.max, 4),
    ] as [(Int?, Int)] {
      let layout = OptionLayout(.v4, addressOffset: address, portOffset: port)
      #expect(OptionFormat(kind: 254, length: 8, layout: layout) == nil)
    }
    #expect(OptionFormat(kind: 254, length: 41, layout: .classic) == nil)
    #expect(OptionFormat(kind: 1, length: 8, layout: .classic) == nil)
    #expect(OptionFormat(kind: 254, length: 1, layout: nil) == nil)
    #expect(OptionFormat(kind: 28, length: 6, layout: OptionLayout(.v4, addressOffset: 2, version: 1)) != nil)
    #expect(OptionFormat(kind: 28, length: 2, layout: nil) != nil)
  }

  @Test func `an option that names no client is looked past and is never malformed`() throws {
    let vip = try #require(OptionFormat.known(kind: 250, length: 8))
    let table = OptionTable([vip, .classic(kind: 254)])
    let bytes: [UInt8] = [250, 8, 0, 0, 0, 0, 0, 0]
    #expect(table.search(bytes) == .absent)
    #expect(table.search(bytes + Self.option) == Self.found)
    #expect(table.search(Self.option + bytes) == Self.found)
    #expect(table.search([250, 4, 0, 0]) == .wrongLength(kind: 250, length: 4))
    #expect(vip.option(for: Self.client) == nil)
  }

  @Test func `another version is no client`() throws {
    let cdn = try #require(OptionFormat.known(kind: 28, length: 7))
    let table = OptionTable([cdn])
    let client = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 0)
    #expect(cdn.option(for: client)?.bytes == [28, 7, 1, 192, 0, 2, 77])
    #expect(table.search([28, 7, 1, 192, 0, 2, 77]) == .client(client, cdn))
    #expect(table.search([28, 7, 2, 192, 0, 2, 77]) == .unusable(cdn))
    #expect(table.search([28, 7, 0, 192, 0, 2, 77]) == .unusable(cdn))
  }

  @Test func `every known option gives back the client that was written into it`() throws {
    for format in OptionFormat.known {
      guard let layout = format.layout else { continue }
      let address = try #require(IPAddress(layout.family == .v4 ? "192.0.2.77" : "2001:db8::99"))
      let client = Endpoint(address: address, port: layout.portOffset == nil ? 0 : 34567)
      let bytes = try #require(format.option(for: client)?.bytes)
      #expect(bytes.count == Int(format.length))
      #expect(OptionTable(OptionFormat.known).search(bytes) == .client(client, format))
    }
  }

  @Test func `of chained options the last one of up to three counts`() {
    let table = OptionTable(OptionTable.standard.formats, choice: .last)
    let other: [UInt8] = [0xc8, 0x08, 0x00, 0x50, 198, 51, 100, 9]
    let unusable: [UInt8] = [0xfe, 0x08, 0, 0, 0, 0, 0, 0]
    #expect(table.search(Self.option) == Self.found)
    #expect(table.search(other + Self.option) == Self.found)
    #expect(table.search(other + other + Self.option) == Self.found)
    #expect(table.search(unusable + Self.option) == Self.found)
    #expect(table.search(other + unusable) == .unusable(.classic(kind: 254)))
    #expect(table.search(other + other + other + Self.option) == .tooMany(4))
    #expect(table.search(other + other + other + Self.option).isMalformed)
    #expect(table.search(Self.option + [0xfe, 0x06, 1, 2, 3, 4]) == Self.found)
    #expect(table.search([]) == .absent)
  }

  @Test func `an experiment's number in a SYN is no port`() {
    let port63881: [UInt8] = [254, 8, 0xf9, 0x89, 192, 0, 2, 77]
    let client = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 63881)
    #expect(OptionTable.standard.search(port63881) == .client(client, .classic(kind: 254)))
    #expect(OptionTable.standard.search(port63881, isSYN: true) == .absent)
    #expect(OptionTable.standard.search([254, 4, 0xf9, 0x89], isSYN: true) == .absent)
    #expect(OptionTable.standard.search(port63881 + Self.option, isSYN: true) == Self.found)
    #expect(
      OptionTable.standard.search([200] + port63881.dropFirst(), isSYN: true) == .client(client, .classic(kind: 200)))
  }

  @Test func `random option bytes never trap and never give an unusable client`() {
    var generator = SeededGenerator(seed: 2)
    let table = OptionTable.standard
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
      #expect(client.address.bytes.count == format.family?.size)
    }
    #expect(clients > 1000)
  }
}
