// SPDX-License-Identifier: Apache-2.0
import SelfTest
import Testing

@Suite struct SelfTestReportTests {
  private func result(_ isPositive: Bool, passed: Bool, skipped: String? = nil) -> SelfTestCase {
    SelfTestCase(
      name: "case", purpose: "", isPositive: isPositive, expected: "", accepted: "", peerName: "", passed: passed,
      skipped: skipped)
  }

  @Test func `no case proves nothing`() {
    #expect(!SelfTestReport(cases: [], milliseconds: 0).passed)
  }

  @Test func `one failed case fails the whole`() {
    let cases = [result(true, passed: true), result(false, passed: false)]
    #expect(!SelfTestReport(cases: cases, milliseconds: 0).passed)
  }

  @Test func `a skipped case does not fail the whole`() {
    let cases = [result(true, passed: true), result(true, passed: false, skipped: "no IPv6")]
    #expect(SelfTestReport(cases: cases, milliseconds: 0).passed)
  }

  @Test func `negative controls alone do not pass when every delivery was skipped`() {
    let cases = [result(true, passed: false, skipped: "no source is trusted"), result(false, passed: true)]
    #expect(!SelfTestReport(cases: cases, milliseconds: 0).passed)
  }

  @Test func `what the backend cannot give neither passes nor fails, and what it gives all the same is told`() {
    func limited(passed: Bool, failure: String? = nil) -> SelfTestCase {
      SelfTestCase(
        name: "case", purpose: "", expected: "", accepted: "", peerName: "", passed: passed, failure: failure,
        limit: "no program sees it")
    }
    #expect(limited(passed: false).outcome == .limited && !limited(passed: false).failed)
    #expect(limited(passed: true).outcome == .beyondLimit)
    #expect(limited(passed: false, failure: "a timeout").failed)
    #expect(result(true, passed: false).outcome == .failed && result(true, passed: true).outcome == .passed)
    #expect(!SelfTestReport(cases: [limited(passed: false)], milliseconds: 0).passed)
    #expect(SelfTestReport(cases: [limited(passed: false), result(true, passed: true)], milliseconds: 0).passed)
  }

  @Test func `a negative control that was asked for alone can pass`() {
    #expect(SelfTestReport(cases: [result(false, passed: true)], milliseconds: 0).passed)
  }

  @Test func `what stopped the set-up is told apart`() {
    #expect(SelfTestError(step: "open /dev/net/tun", errno: 2).isTunMissing)
    #expect(!SelfTestError(step: "open /dev/net/tun", errno: 13).isTunMissing)
    #expect(!SelfTestError(step: "make a network namespace", errno: 2).isTunMissing)
    #expect(SelfTestError(step: "make a network namespace", errno: 1).isRightMissing)
  }
}
