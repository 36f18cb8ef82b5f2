// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Runs `work` in a thread of its own, named `name` (at most 15 bytes), and returns what it returns when that thread is gone: for system
/// calls that move the calling thread alone, or wait. Nil, with a positive errno in `error`, when no thread could be started.
package func onOwnThread<Value: Sendable>(
  _ name: String, _ work: @escaping @Sendable () -> Value
) async -> Result<Value, ThreadError> {
  let outcome = await withCheckedContinuation { continuation in
    let job = unsafe Unmanaged.passRetained(
      Job(name) { continuation.resume(returning: Outcome(pthread_self(), .success(work()))) })
    var thread = pthread_t()
    let error = unsafe pthread_create(
      &thread, nil,
      { pointer in
        if let pointer = unsafe pointer { unsafe Unmanaged<Job>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      }, job.toOpaque())
    if error != 0 {
      unsafe job.release()
      continuation.resume(returning: Outcome(nil, .failure(ThreadError(errno: error))))
    }
  }
  // The thread has nothing left to do, so this takes no time, and afterwards it is gone for certain.
  if let thread = outcome.thread { pthread_join(thread, nil) }
  return outcome.result
}

/// The same for work that can fail; `unstarted` says what it means that no thread could be started.
package func onOwnThread<Value: Sendable, Failure: Error>(
  _ name: String, unstarted: (ThreadError) -> Failure, _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  let outcome = await onOwnThread(name) { Result { () throws(Failure) in try work() } }
  switch outcome {
  case .success(let result): return try result.get()
  case .failure(let error): throw unstarted(error)
  }
}

/// No thread could be started.
package struct ThreadError: Error {
  /// Positive errno.
  package let errno: Int32
}

/// What the thread hands back.
private struct Outcome<Value: Sendable>: Sendable {
  /// The thread, to be joined; nil when there was none.
  let thread: pthread_t?
  let result: Result<Value, ThreadError>

  init(_ thread: pthread_t?, _ result: Result<Value, ThreadError>) {
    self.thread = thread
    self.result = result
  }
}

private final class Job: Sendable {
  private let name: String
  private let work: @Sendable () -> Void

  init(_ name: String, _ work: @escaping @Sendable () -> Void) {
    self.name = name
    self.work = work
  }

  /// The thread's whole life.
  func run() {
    // Signals belong to the threads of the program proper.
    var signals = sigset_t()
    unsafe sigfillset(&signals)
    unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
    _ = unsafe clinux_name_thread(name)
    work()
  }
}
