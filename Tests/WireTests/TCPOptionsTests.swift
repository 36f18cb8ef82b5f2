// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

@Suite struct TCPOptionsTests {
  @Test func `the options of an ordinary SYN are listed in order`() {
    let options = TCPOptions(parsing: [
      0x02, 0x04, 0x05, 0xb4,  // maximum segment size 1460
      0x04, 0x02,  // SACK permitted
      0x08, 0x0a, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,  // timestamps
      0x01,  // no-operation
      0x03, 0x03, 0x07,  // window scale 7
    ])
    #expect(options.options.map(\.kind) == [2, 4, 8, 3])
    #expect(options.options.first == .maximumSegmentSize(1460))
    #expect(options.fault == nil)
  }

  @Test func `the list ends at kind 0`() {
    let options = TCPOptions(parsing: [0x01, 0x00, 0xfe, 0x08, 0x30, 0x39, 0x01, 0x02, 0x03, 0x04])
    #expect(options.options.isEmpty)
    #expect(options.fault == nil)
  }

  @Test(
    arguments: [
      ([0x01, 0xfe], OptionFault.lengthMissing(kind: 254)),
      ([0xfe, 0x00, 0x00, 0x00], .lengthTooSmall(kind: 254, length: 0)),
      ([0xfe, 0x01, 0x00, 0x00], .lengthTooSmall(kind: 254, length: 1)),
      ([0xfe, 0x08, 0x30, 0x39], .lengthPastEnd(kind: 254, length: 8, remaining: 4)),
    ] as [([UInt8], OptionFault)])
  func `a length that makes no sense ends the walk`(bytes: [UInt8], fault: OptionFault) {
    #expect(TCPOptions(parsing: bytes).fault == fault)
  }

  @Test func `an option before a bad length stays`() {
    let options = TCPOptions(parsing: [0x02, 0x04, 0x05, 0xb4, 0xfe, 0x28, 0x00, 0x00])
    #expect(options.options == [.maximumSegmentSize(1460)])
    #expect(options.fault == .lengthPastEnd(kind: 254, length: 40, remaining: 4))
  }

  @Test func `random bytes never trap and never give more than they hold`() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<5000 {
      let bytes = generator.bytes(Int.random(in: 0...60, using: &generator))
      let parsed = TCPOptions(parsing: bytes)
      #expect(parsed.options.reduce(0) { $0 + $1.bytes.count } <= bytes.count)
      // What was read, written again, reads the same.
      #expect(TCPOptions(parsing: parsed.options.flatMap(\.bytes)).options == parsed.options)
    }
  }
}
