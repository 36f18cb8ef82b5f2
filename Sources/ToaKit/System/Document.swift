// SPDX-License-Identifier: Apache-2.0

/// What a command answers under `--json`: one object with a `schema` field.
public protocol Document: Encodable, Sendable {
  /// Name and version of the object's shape: "toa.status/1".
  var schema: String { get }
}

extension Console {
  /// Writes the one JSON document of a command, when it answers in JSON.
  public func answer(_ document: some Document) {
    guard json else { return }
    terminal.out(jsonText(document) + "\n")
  }
}

/// The document of a failed command.
struct ErrorDocument: Document {
  let schema = "toa.error/1"
  let exitStatus: Int32
  let what: String
  let why: String
  let next: [String]

  init(_ error: ToaError) {
    exitStatus = error.status.rawValue
    what = error.what
    why = error.why
    next = error.next
  }
}

extension Console {
  /// Reports a failed command: as text on standard error, and as a document on standard output under `--json`.
  public func report(_ error: ToaError) {
    if json { answer(ErrorDocument(error)) } else { say(error) }
  }
}

/// A value that documents show as null when there is none; a plain optional is left out.
public struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
  /// The value.
  public let value: Value?

  /// Wraps a value.
  public init(_ value: Value?) { self.value = value }

  /// Writes the value or null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
