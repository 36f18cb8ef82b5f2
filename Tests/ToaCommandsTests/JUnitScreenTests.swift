// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Testing
import Wire

@testable import ToaKit

/// `--junit`: files for CI beside what is shown.
struct JUnitScreenTests {
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private func text(_ path: String) throws -> String { try host.system.files.text(path) }

  @Test func `selftest writes its cases, and what is shown stays`() async throws {
    try await host.install()
    host[\.selfTestPasses] = false
    let plain = await Screen.of("selftest", on: host)
    let screen = await Screen.of("selftest --junit /report.xml", on: host)
    #expect(screen == plain && screen.status == 15)
    #expect(
      try text("/report.xml") == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="2" failures="1" errors="0" skipped="0" time="0.000000">
          <testsuite name="toa selftest" tests="2" failures="1" errors="0" skipped="0" time="0.000000">
            <testcase classname="selftest" name="v4-option-254" time="0.000000"><failure message="wrong address">expected 198.51.100.7:4242, accept 10.0.0.2:40000, getpeername 10.0.0.2:40000</failure></testcase>
            <testcase classname="selftest" name="v4-no-option" time="0.000000"/>
          </testsuite>
        </testsuites>

        """)
  }

  @Test func `doctor writes a case for each check, failed where --fail-on says so`() async throws {
    let screen = await Screen.of("doctor --only MOD --junit /report.xml --json", on: host)
    let all = try text("/report.xml")
    let checks = all.split(separator: "\n").filter { $0.contains("<testcase classname=\"MOD\" name=\"MOD") }
    #expect(checks.count > 5 && all.contains("tests=\"\(checks.count)\""))
    #expect(screen.status == (all.contains("<failure") ? 2 : 0))
    #expect(await Screen.of("doctor --only MOD --fail-on never --junit /never.xml --json", on: host).status == 0)
    #expect(try !text("/never.xml").contains("<failure"))
  }

  @Test func `a file that cannot be written ends with 2 and its name`() async throws {
    let screen = await Screen.of("selftest --junit /no/such/folder/report.xml", on: host)
    #expect(screen.status == 2 && screen.err.contains("/no/such/folder/report.xml"))
  }

  @Test func `what the backend cannot give is skipped there as expected, and what it gives all the same is told`()
    async throws
  {
    let transcript = Transcript()
    var system = host.system.with(transcript)
    func one(_ name: String, passed: Bool, limit: String? = nil) -> SelfTestCase {
      SelfTestCase(
        name: name, purpose: "", expected: "192.0.2.77:34567", accepted: "192.0.2.77:34567",
        peerName: "192.0.2.77:34567",
        passed: passed, limit: limit)
    }
    let cases = [
      one("a", passed: true), one("b", passed: false, limit: "no & way"), one("c", passed: true, limit: "no way"),
    ]
    system.selfTest = { options in
      #expect(options.isWhole && options.profile?.description == "lvs")
      return SelfTestReport(cases: cases, milliseconds: 3)
    }
    let screen = await Screen.of("selftest --all --profile lvs --junit /report.xml", system, transcript)
    #expect(screen.status == 0)
    #expect(screen.err == "c named the client, which was not expected: no way\n")
    #expect(screen.out.hasSuffix("\n2 cases passed, 1 as expected of this backend, in 3 ms\n"))
    #expect(
      screen.out.contains("as expected, the load balancer: no & way")
        && screen.out.contains("ok, which was not expected"))
    let report = try text("/report.xml")
    #expect(report.contains("name=\"b\" time=\"0.000000\"><skipped message=\"expected: no &amp; way\"/>"))
    #expect(report.contains("name=\"c\" time=\"0.000000\"><system-out>not expected: no way</system-out>"))
  }
}
