// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct PacketFuzzTests {
  @Test func `random packets read back as they were`() throws {
    var generator = SeededGenerator(seed: 10)
    for _ in 0..<2000 {
      let packet = randomPacket(&generator)
      #expect(try TCPPacket(parsing: packet.bytes) == packet)
    }
  }

  @Test func `cut and changed packets never trap`() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<5000 {
      var bytes = randomPacket(&generator).bytes
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = generator.bytes(1)[0]
      }
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
      _ = try? TCPPacket(parsing: bytes)
    }
  }

  @Test func `random bytes never trap`() {
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<5000 {
      var bytes = generator.bytes(Int.random(in: 0...80, using: &generator))
      if !bytes.isEmpty { bytes[0] = [0x45, 0x46, 0x4f, 0x44, 0x60].randomElement(using: &generator) ?? 0 }
      _ = try? IPv4Header.parse(bytes)
      _ = try? IPv6Header.parse(bytes)
      _ = try? TCPPacket(parsing: bytes)
    }
  }

  @Test func `oversized parts are cut, not trapped on`() {
    let header = TCPHeader(
      sourcePort: 1, destinationPort: 2, sequence: .max, flags: .ack, options: [UInt8](repeating: 1, count: 100))
    for addresses in [
      TCPPacket.Addresses.v4(source: IPv4Address(0), destination: IPv4Address(0)),
      .v6(source: IPv6Address(high: 0, low: 0), destination: IPv6Address(high: 0, low: 0)),
    ] {
      let packet = TCPPacket(addresses: addresses, header: header, payload: [UInt8](repeating: 255, count: 70000))
      #expect(packet.bytes.count <= 40 + 65535)
    }
    #expect(TCPOption(kind: 254, data: [UInt8](repeating: 0, count: 300)).bytes.prefix(2) == [254, 255])
  }

  private func randomPacket(_ generator: inout SeededGenerator) -> TCPPacket {
    let ports = [UInt16.random(in: 0...(.max), using: &generator), .random(in: 0...(.max), using: &generator)]
    let header = TCPHeader(
      sourcePort: ports[0], destinationPort: ports[1],
      sequence: .random(in: 0...(.max), using: &generator), acknowledgment: .random(in: 0...(.max), using: &generator),
      flags: TCPFlags(rawValue: generator.bytes(1)[0]), window: .random(in: 0...(.max), using: &generator),
      options: generator.bytes(4 * Int.random(in: 0...10, using: &generator)))
    let payload = generator.bytes(Int.random(in: 0...50, using: &generator))
    let (one, other) = (generator.next(), generator.next())
    let addresses: TCPPacket.Addresses =
      Bool.random(using: &generator)
      ? .v6(source: IPv6Address(high: one, low: other), destination: IPv6Address(high: other, low: one))
      : .v4(
        source: IPv4Address(UInt32(truncatingIfNeeded: one)),
        destination: IPv4Address(UInt32(truncatingIfNeeded: other)))
    return TCPPacket(addresses: addresses, header: header, payload: payload)
  }
}
