// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import SelfTest

extension SelfTestReporter {
  /// The kernel's own module need not do all that ours does: one client that comes back is enough, and what it cannot do is shown.
  func accept(_ report: SelfTestReport, of entry: ModuleIndex.Entry) throws(ToaError) -> SelfTestReport {
    for line in SelfTestTable(report.cases, console).lines { console.say("  " + line) }
    guard report.cases.contains(where: { $0.isPositive && $0.passed }) else {
      throw ToaError(
        .selfTestFailed, "the kernel's own toa is at work, but applications do not see the client",
        why: "\(entry.path) gave no client of any option that this project knows",
        next: [entry.isBuiltIn ? "toa doctor" : "use this project's module: toa install --no-use-intree"])
    }
    let failed = report.cases.filter(\.failed)
    if !failed.isEmpty {
      console.say("What it does not do: \(failed.map(\.name).joined(separator: ", "))", .warning)
    }
    return report
  }
}
