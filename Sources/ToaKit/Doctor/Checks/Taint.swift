// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let taint = Check(
    "KRN15", .kernel, "taint",
    explanation: """
      The kernel remembers what happened since it booted. The flags O (a module from outside of the kernel's tree) and E (an unsigned
      module) appear when toa.ko or any other such module is loaded. They are expected, change nothing, and only tell those who read
      a crash report.

      D, W, B, L and M say that the kernel has gone wrong before: an oops, a warning, a bad page, a lockup, a hardware error. F and R
      say that somebody loaded or unloaded a module by force. What other checks see on such a kernel may be a consequence. Find
      the first message, and reboot before you look for another cause:
          dmesg | grep -E 'BUG|WARNING|Oops|Call Trace' | head
      """
  ) { context in
    if let skip = context.unmet(.running) { return skip }
    guard let taint = context.facts.taint else { return Outcome(.skipped, "/proc/sys/kernel/tainted cannot be read") }
    let evidence = taint.flags.map { "\($0.letter): \($0.meaning)" }
    let letters = taint.flags.map(\.letter)
    if taint.hasGoneWrong || letters.contains("F") || letters.contains("R") {
      return Outcome(
        .warning, "the kernel has gone wrong since it booted (\(letters.joined()))",
        expected: "no flag of D W B L M F R",
        evidence: evidence, fix: ["dmesg | grep -E 'BUG|WARNING|Oops' | head", "reboot"])
    }
    if letters.isEmpty { return Outcome(.ok, "none") }
    return Outcome(.ok, "\(letters.joined()), nothing bad", evidence: evidence)
  }
}
