// SPDX-License-Identifier: Apache-2.0

extension DoctorReport {
  /// Writes the findings as a JUnit report: a test case for each check, failed where its status is one of `failing`.
  public func write(
    _ document: DoctorDocument, toJUnit path: String, failing: Set<Finding.Status>
  ) throws(ToaError) {
    let cases = document.findings.map { finding in
      let detail =
        ([finding.expected.map { "expected: \($0)" }].compactMap { $0 } + finding.evidence
        + finding.fix.map { "-> \($0)" }).joined(separator: "\n")
      let result: JUnitReport.Result =
        switch finding.status {
        case .skipped: .skipped(finding.observed)
        case .crashed where failing.contains(.crashed): .broke(finding.observed)
        case let status where failing.contains(status): .failed(finding.observed, detail: detail)
        default: .passed
        }
      let isNews = [.info, .warning, .error, .crashed].contains(finding.status) && !failing.contains(finding.status)
      return JUnitReport.Case(
        group: finding.group.rawValue, name: "\(finding.id) \(finding.title)",
        microseconds: finding.milliseconds * 1000, result: result,
        output: isNews ? "\(finding.status.rawValue): \(finding.observed)" : "")
    }
    try system.write(JUnitReport(suite: "toa doctor", cases: cases), to: path)
  }
}
