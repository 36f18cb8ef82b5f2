// SPDX-License-Identifier: Apache-2.0
internal import SelfTest
internal import Wire

/// What `toa tproxy selftest` answers.
public struct TransparentSelfTestDocument: Document {
  /// Whose rules were tested.
  public enum Tested: String, Encodable, Sendable {
    /// Those that are in this host's kernel.
    case enabled
    /// Those that `toa tproxy enable` would make, as nothing is enabled.
    case wanted
  }

  /// One connection.
  public struct Case: Encodable, Sendable {
    /// Stable name: "ipv4", "ipv6-eth1", "ipv4-without-rules".
    public let name: String
    /// "ipv4" or "ipv6".
    public let family: IPFamily
    /// Whether the rules were there, and so an answer had to come back.
    public let withRules: Bool
    /// The client's address and port, as the proxy saw it; null when it did not come so far.
    public let client: OrNull<String>
    /// What the server's accept(2) gave; null when it did not come so far.
    public let accepted: OrNull<String>
    /// Whether the server's answer came back to the client.
    public let answered: Bool
    /// Whether all was as it had to be; false for a skipped one.
    public let passed: Bool
    /// Why it was not, when it was not.
    public let failure: OrNull<String>
    /// Why the case does not apply here; null when it does.
    public let skipped: OrNull<String>
    /// Wall time in microseconds.
    public let microseconds: Int
  }

  /// Something that was found out.
  public struct Finding: Encodable, Sendable {
    /// A stable word.
    public let cause: TransparentCause
    /// The cause in a sentence.
    public let verdict: String
    /// What to do, most useful first.
    public let next: [String]
  }

  /// Shape of the document.
  public let schema = "toa.tproxy-selftest/1"
  /// Whether the server saw the client and its answers came back, in every case.
  public let passed: Bool
  /// Whose rules were tested.
  public let tested: Tested
  /// What they are made from.
  public let settings: TransparentSettings
  /// The parts that are not in this host's kernel.
  public let missing: [String]
  /// Rules of others that were there in the test as well.
  public let otherRules: [String]
  /// What was found, the first being the one to begin with.
  public let findings: [Finding]
  /// The connections.
  public let cases: [Case]
}

extension TransparentSelfTestDocument.Case {
  /// With the rules: the server has to see the client, and its answer has to come back.
  init(_ family: IPFamily, on interface: String?, _ connection: TransparentConnection?, failure other: String?) {
    let reason = connection?.passed == true ? nil : other ?? TransparentDiagnosis.reason(connection)
    self.init(
      name: family.rawValue + (interface.map { "-\($0)" } ?? ""), family: family, withRules: true, connection,
      failure: reason)
  }

  /// Without any: no answer may come back, although the server is reached.
  init(withoutRules family: IPFamily, _ connection: TransparentConnection?) {
    let reason: String? =
      switch connection?.failure {
      case .unanswered(reachedServer: true)?: nil
      case nil where connection?.accepted != nil: "an answer came back"
      default: TransparentDiagnosis.reason(connection)
      }
    self.init(
      name: "\(family.rawValue)-without-rules", family: family, withRules: false, connection, failure: reason)
  }

  /// One that does not apply here.
  init(_ family: IPFamily, skipped reason: String) {
    name = family.rawValue
    self.family = family
    withRules = true
    (client, accepted, failure) = (OrNull(nil), OrNull(nil), OrNull(nil))
    (answered, passed, microseconds) = (false, false, 0)
    skipped = OrNull(reason)
  }

  private init(
    name: String, family: IPFamily, withRules: Bool, _ connection: TransparentConnection?, failure reason: String?
  ) {
    self.name = name
    self.family = family
    self.withRules = withRules
    client = OrNull(connection?.client?.description)
    accepted = OrNull(connection?.accepted?.description)
    answered = connection.map { $0.failure == nil } ?? false
    passed = reason == nil
    failure = OrNull(reason)
    skipped = OrNull(nil)
    microseconds = connection?.microseconds ?? 0
  }

  /// Whether it ran, or tried to, and did not give what it had to.
  var failed: Bool { !passed && skipped.value == nil }
}
