// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The text of an errno as strerror(3) gives it.
public func errorText(_ errno: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard strerror_r(errno, &buffer, buffer.count) == 0 else { return "errno \(errno)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
