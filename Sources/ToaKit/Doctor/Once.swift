// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A fact that several checks need and not every run: found out when the first of them asks, and kept.
final class Once<Value: Sendable>: Sendable {
  private let task = Mutex<Task<Value, Never>?>(nil)
  private let make: @Sendable () async -> Value

  init(_ make: @escaping @Sendable () async -> Value) { self.make = make }

  var value: Value {
    get async {
      let running = task.withLock { kept in
        let running = kept ?? Task { [make] in await make() }
        kept = running
        return running
      }
      return await withTaskCancellationHandler {
        await running.value
      } onCancel: {
        running.cancel()
      }
    }
  }
}
