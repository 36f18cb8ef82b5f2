// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Packaging

struct MD5Tests {
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"),
  ])
  func `sums are those of RFC 1321`(text: String, sum: String) { #expect(MD5.hex(Array(text.utf8)) == sum) }

  @Test(arguments: [
    (55, "ef1772b6dff9a122358552954ad0df65"), (56, "3b0c8ac703f828b04c6c197006d17218"),
    (64, "014842d480b571495a4a0363793f7367"),
  ])
  func `lengths around a block are padded right`(count: Int, sum: String) {
    #expect(MD5.hex([UInt8](repeating: UInt8(ascii: "a"), count: count)) == sum)
  }
}
