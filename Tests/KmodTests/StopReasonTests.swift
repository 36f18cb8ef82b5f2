// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Kmod

struct StopReasonTests {
  @Test(arguments: [Int32(0), -1, -38])
  func `success and errno are no stop reason`(status: Int32) { #expect(stopReason(status) == nil) }

  @Test(arguments: [Int32(0x10000), 0x20000, 0x40000])
  func `each blacklist answer of libkmod has a sentence`(status: Int32) {
    #expect(stopReason(status)?.contains("blacklisted in modprobe.d") == true)
  }

  @Test func `an answer unknown today is told with its number`() {
    #expect(stopReason(7) == "libkmod stopped with reason 7")
  }
}
