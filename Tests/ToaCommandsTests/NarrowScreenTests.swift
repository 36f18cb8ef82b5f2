// SPDX-License-Identifier: Apache-2.0
import SelfTest
import Testing

@testable import ToaKit

/// Screens of terminals that are narrower than what is to be shown.
struct NarrowScreenTests {
  @Test func `on a narrow terminal selftest has one column for what is as expected`() async throws {
    let transcript = Transcript()
    var system = try FakeHost().system
    system.terminal = System.untouched().with(transcript, isTerminal: true, width: 60).terminal
    system.selfTest = { _ in
      func one(_ name: String, _ seen: String, skipped: String? = nil) -> SelfTestCase {
        SelfTestCase(
          name: name, purpose: "", expected: skipped == nil ? "[2001:db8::42]:34567" : "", accepted: seen,
          peerName: seen,
          passed: seen == "[2001:db8::42]:34567", skipped: skipped)
      }
      return SelfTestReport(
        cases: [
          one("v6-option-254", "[2001:db8::42]:34567"), one("v6-option-253", "[fd74:6f61::2]:40013"),
          one("a", "", skipped: "no IPv6"), one("b", "", skipped: "no IPv6"),
        ], milliseconds: 7)
    }
    let screen = await Screen.of("selftest", system, transcript)
    #expect(
      screen.out == """
        case                expected              result
        v6-option-254       [2001:db8::42]:34567  ok
        v6-option-253       [2001:db8::42]:34567  failed
          accept gave       [fd74:6f61::2]:40013
          getpeername gave  [fd74:6f61::2]:40013
        not applicable: no IPv6
          a, b

        1 of 4 cases failed, 2 not applicable; next: toa doctor

        """)
  }
}
