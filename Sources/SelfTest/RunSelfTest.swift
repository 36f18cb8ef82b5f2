// SPDX-License-Identifier: Apache-2.0
import Linux

/// Makes the self-test's connections in a network namespace of their own and returns what came back. Nothing outside of
/// that namespace changes, and it goes with its thread. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN, and the TUN driver.
public func runSelfTest(_ options: SelfTestOptions) async throws(SelfTestError) -> SelfTestReport {
  // A thread of its own, because unshare(2) moves only the calling thread and no later task may run there.
  try await onOwnThread("toa-selftest", unstarted: SelfTestError.init) { () throws(SelfTestError) in
    let start = ContinuousClock.now
    let cases = try CaseRunner(options).run()
    return SelfTestReport(cases: cases, milliseconds: wholeMilliseconds(.now - start))
  }
}
