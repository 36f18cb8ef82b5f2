// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: the same seed gives the same bytes on every run, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }

  /// Text of characters that addresses are made of, so that parsers get far before they refuse.
  mutating func addressLikeText(upTo length: Int) -> String {
    let alphabet = Array("0123456789abcdefABCDEF::::....//,,[] g")
    let count = Int.random(in: 0...length, using: &self)
    return String((0..<count).compactMap { _ in alphabet.randomElement(using: &self) })
  }
}
