// SPDX-License-Identifier: Apache-2.0
public import Capture

/// What `toa doctor --why` answers.
public struct WhyDocument: Document {
  /// One question of the decision tree, and what was seen.
  public struct Step: Encodable, Sendable, Equatable {
    /// The question: "is TOA loaded".
    public let question: String
    /// What was seen.
    public let observed: String
    /// Whether that is as it has to be; null where it decides nothing.
    public let isRight: OrNull<Bool>

    /// Steps are the same when they say the same.
    public static func == (left: Step, right: Step) -> Bool {
      (left.question, left.observed, left.isRight.value) == (right.question, right.observed, right.isRight.value)
    }
  }

  /// Shape of the document.
  public let schema = "toa.why/1"
  /// The port in question.
  public let port: UInt16
  /// The cause, a stable word.
  public let cause: String
  /// Who has to act; null when nobody has to.
  public let owner: OrNull<Owner>
  /// The cause in a sentence.
  public let verdict: String
  /// What to type or whom to ask, most useful first.
  public let next: [String]
  /// The way there.
  public let steps: [Step]
  /// Whether the question is answered: a cause was found, or everything was seen to work.
  public let isDecided: Bool
}
