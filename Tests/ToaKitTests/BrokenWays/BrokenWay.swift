// SPDX-License-Identifier: Apache-2.0
import Capture
import Testing

@testable import ToaKit

/// One way to be broken that a document or an issue thread names: a healthy host on which one thing is changed, and what doctor has
/// to say first.
struct BrokenWay: Sendable, CustomTestStringConvertible {
  /// What is broken, a sentence.
  let name: String
  /// Who names it.
  let source: String
  /// Id of the check that has to be the first error or, without errors, the first warning.
  let cause: String
  /// Who has to act.
  let owner: Owner
  /// The host before.
  let host: HealthyHost
  /// Breaks the host in exactly one way.
  let breaks: @Sendable (inout DoctorHost) throws -> Void

  var testDescription: String { "\(cause) \(name)" }

  init(
    _ name: String, from source: String, cause: String, owner: Owner = .host, on host: HealthyHost = .debian,
    _ breaks: @escaping @Sendable (inout DoctorHost) throws -> Void
  ) {
    self.name = name
    self.source = source
    self.cause = cause
    self.owner = owner
    self.host = host
    self.breaks = breaks
  }

  /// All of them.
  static let all = host + network + transparent
}
