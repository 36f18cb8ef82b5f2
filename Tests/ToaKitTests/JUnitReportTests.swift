// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

struct JUnitReportTests {
  private static let hostile = "a<b>&\"c\" 'd'\n\t\r\u{0}\u{1b}[31m\u{ffff}ü\u{1F600} ]]> -->"

  private static let report = JUnitReport(
    suite: "toa \(hostile)",
    cases: [
      JUnitReport.Case(group: "g", name: "one", microseconds: 1_234_567, result: .passed),
      JUnitReport.Case(group: "g", name: hostile, microseconds: 42, result: .failed(hostile, detail: hostile)),
      JUnitReport.Case(group: "g", name: "three", microseconds: 0, result: .skipped(hostile)),
      JUnitReport.Case(group: "g", name: "four", microseconds: 0, result: .broke("x")),
      JUnitReport.Case(group: "g", name: "five", microseconds: 0, result: .passed, output: hostile),
    ])

  @Test func `a report is one suite with its cases`() {
    let report = JUnitReport(
      suite: "toa selftest",
      cases: [
        JUnitReport.Case(group: "selftest", name: "v4-no-option", microseconds: 1500, result: .passed),
        JUnitReport.Case(
          group: "selftest", name: "v4-syn", microseconds: 2_000_001, result: .failed("wrong", detail: "saw <this>")),
      ])
    #expect(
      report.xml == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="2" failures="1" errors="0" skipped="0" time="2.001501">
          <testsuite name="toa selftest" tests="2" failures="1" errors="0" skipped="0" time="2.001501">
            <testcase classname="selftest" name="v4-no-option" time="0.001500"/>
            <testcase classname="selftest" name="v4-syn" time="2.000001"><failure message="wrong">saw &lt;this&gt;</failure></testcase>
          </testsuite>
        </testsuites>

        """)
  }

  /// Python's parser, which CI has, is the judge.
  @Test func `a parser reads every text back, but for what XML cannot say`() async throws {
    let script = """
      import sys, xml.etree.ElementTree as tree
      suite = tree.fromstring(sys.stdin.buffer.read()).find("testsuite")
      cases = suite.findall("testcase")
      print(len(cases), *[suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")])
      texts = [suite.get("name")[4:], cases[1].get("name"), cases[1].find("failure").get("message"), cases[1].find("failure").text,
               cases[2].find("skipped").get("message"), cases[4].find("system-out").text]
      wanted = "a<b>&\\"c\\" 'd'\\n\\t\\r\\ufffd\\ufffd[31m\\ufffd\\xfc\\U0001F600 ]]> -->"
      print([text == wanted for text in texts], cases[3].find("error") is not None)
      """
    let output = try await CommandRunner.live().run(
      Command("python3", ["-c", script], input: Array(Self.report.xml.utf8)))
    #expect(output.status == 0, "\(output.output)")
    #expect(output.output == "5 5 1 1 1 1.234609\n[True, True, True, True, True, True] True\n")
  }
}
