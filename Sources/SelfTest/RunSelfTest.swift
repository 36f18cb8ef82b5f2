// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Makes the self-test's connections in a network namespace of their own and returns what came back. Nothing outside of
/// that namespace changes, and it goes with its thread. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN, and the TUN driver.
public func runSelfTest(_ options: SelfTestOptions) async throws(SelfTestError) -> SelfTestReport {
  let outcome = await withCheckedContinuation { continuation in
    let job = unsafe Unmanaged.passRetained(Job(options: options, continuation: continuation))
    var thread = pthread_t()
    // A thread of its own, because unshare(2) moves only the calling thread and no later task may run there.
    let error = unsafe pthread_create(
      &thread, nil,
      { pointer in
        if let pointer = unsafe pointer { unsafe Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      }, job.toOpaque())
    if error != 0 {
      unsafe job.release()
      let failure = SelfTestError(step: SetupStep.startThread.rawValue, errno: error)
      continuation.resume(returning: Outcome(thread: nil, result: .failure(failure)))
    }
  }
  // The thread has nothing left to do, so this takes no time, and afterwards it is gone for certain.
  if let thread = outcome.thread { pthread_join(thread, nil) }
  return try outcome.result.get()
}

/// What the thread hands back.
private struct Outcome: Sendable {
  /// The thread, to be joined; nil when there was none.
  let thread: pthread_t?
  let result: Result<SelfTestReport, SelfTestError>
}

private final class Job: Sendable {
  private let options: SelfTestOptions
  private let continuation: CheckedContinuation<Outcome, Never>

  init(options: SelfTestOptions, continuation: CheckedContinuation<Outcome, Never>) {
    self.options = options
    self.continuation = continuation
  }

  /// The thread's whole life.
  func run() {
    // Signals belong to the threads of the program proper.
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
    _ = unsafe clinux_name_thread("toa-selftest")
    let start = ContinuousClock.now
    let result = Result { () throws(SelfTestError) in try CaseRunner(options).run() }
      .map { SelfTestReport(cases: $0, milliseconds: wholeMilliseconds(.now - start)) }
    continuation.resume(returning: Outcome(thread: pthread_self(), result: result))
  }
}
