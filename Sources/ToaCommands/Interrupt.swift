// SPDX-License-Identifier: Apache-2.0
internal import CLinux
internal import Dispatch

/// Runs `body` in a task that Ctrl-C, SIGTERM and SIGHUP cancel: the plan's transaction then undoes what it did so far.
func cancelledBySignals<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
  let task = Task { await body() }
  let pipe = clinux_signal_pipe()
  guard pipe >= 0 else { return await task.value }
  let source = DispatchSource.makeReadSource(fileDescriptor: pipe, queue: .global())
  source.setEventHandler { task.cancel() }
  source.resume()
  let value = await task.value
  source.cancel()
  return value
}
