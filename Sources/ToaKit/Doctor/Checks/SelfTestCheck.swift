// SPDX-License-Identifier: Apache-2.0
internal import SelfTest

extension Check {
  static let selfTest = Check(
    "APP01", .application, "self-test",
    explanation: """
      The proof: in a private network namespace a synthetic load balancer connects to a real listening socket, with the option, without
      it, with a broken one and from a source that is not trusted, over IPv4 and IPv6. accept() and getpeername() must give what an
      application has to see each time. It takes under two seconds and changes nothing on the host.

      When it passes and applications still see the load balancer, the option does not arrive: TOA is switched off at the load
      balancer, another device takes the option out, or the load balancer's address is not among the trusted prefixes (MOD15). The
      module's counters tell which:
          toa stats

      When it fails, unload other modules and live patches that touch TCP, and try the other hook:
          toa unload && toa load --hook kretprobe && toa selftest
      """
  ) { context in
    if let skip = context.unmet(.running, .working) { return skip }
    let report: SelfTestReport
    do throws(ToaError) {
      report = try await SelfTestReporter(context.system, Console(context.system.terminal)).report()
    } catch {
      return Outcome(.skipped, error.what, evidence: [error.why], fix: error.next)
    }
    let failed = report.cases.filter(\.failed)
    let count = report.cases.filter(\.passed).count
    guard report.passed else {
      return Outcome(
        .error,
        failed.isEmpty
          ? "no case could run" : "\(failed.count) of \(report.cases.count) connections gave a wrong address",
        expected: "the client's address from trusted sources, the load balancer's otherwise",
        evidence: failed.map { one in
          "\(one.name): expected \(one.expected), accept \(one.accepted), getpeername \(one.peerName)"
            + (one.failure.map { " (\($0))" } ?? "")
        }, fix: ["toa selftest", "toa doctor --explain APP01"])
    }
    return Outcome(.ok, "\(count) connections, each with the right address, in \(report.milliseconds) ms")
  }
}
