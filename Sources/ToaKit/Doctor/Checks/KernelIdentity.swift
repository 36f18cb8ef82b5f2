// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let kernelIdentity = Check(
    "KRN01", .kernel, "which kernel",
    explanation: """
      A module fits one kernel release. Here is the release that is looked at, the distribution around it and the package that
      brought it, as os-release and the package database say. All other checks are about this kernel.

      Another installed kernel is looked at with
          toa doctor --kernel RELEASE
      where RELEASE is a name below /lib/modules.
      """
  ) { context in
    let facts = context.facts
    let owner = facts.owner.map { ", from \($0.text)" } ?? ""
    return Outcome(
      .info, "\(context.kernel)\(facts.isRunning ? "" : " (does not run)") on \(facts.distribution.prettyName)\(owner)",
      evidence: [
        facts.isRunning ? "uname -r: \(context.kernel)" : "/lib/modules/\(context.kernel)",
        facts.distribution.source.map { "\($0): ID=\(facts.distribution.id)" } ?? "no os-release",
      ])
  }
}
