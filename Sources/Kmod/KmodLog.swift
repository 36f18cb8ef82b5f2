// SPDX-License-Identifier: Apache-2.0
internal import CKmod
internal import Glibc

/// What libkmod says of itself, kept instead of printed: without this, libkmod writes to standard error.
final class KmodLog {
  private(set) var lines: [String] = []

  /// The lines so far, which are then forgotten: each error carries what was said since the call before.
  func take() -> [String] {
    defer { lines = [] }
    return lines
  }

  /// Sends `context`'s messages here. The context and all its modules must not outlive this object.
  func attach(to context: OpaquePointer) {
    unsafe kmod_set_log_fn(
      context,
      { data, _, _, _, _, format, arguments in
        // va_list is optional here on x86-64 and not on arm64.
        let list: CVaListPointer? = unsafe arguments
        guard let data = unsafe data, let format = unsafe format, let list = unsafe list else { return }
        let log = unsafe Unmanaged<KmodLog>.fromOpaque(data).takeUnretainedValue()
        var buffer = [CChar](repeating: 0, count: 1024)
        _ = unsafe vsnprintf(&buffer, buffer.count, format, list)
        log.append(String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      },
      Unmanaged.passUnretained(self).toOpaque())
    unsafe kmod_set_log_priority(context, LOG_INFO)
  }

  private func append(_ message: String) {
    let line = message.split(separator: "\n").joined(separator: " ")
    if !line.isEmpty { lines.append(line) }
  }
}
