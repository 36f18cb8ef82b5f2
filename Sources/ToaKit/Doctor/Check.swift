// SPDX-License-Identifier: Apache-2.0

/// One thing that doctor looks at: read-only, with an id that never changes its meaning.
public struct Check: Sendable {
  /// Groups of checks, in the order in which they are shown.
  public enum Group: String, Sendable, Codable, CaseIterable {
    /// Where toa runs: rights, container, locks, space.
    case environment = "ENV"
    /// Which kernel it is for.
    case kernel = "KRN"
    /// Kernel headers.
    case headers = "HDR"
    /// The compiler.
    case compiler = "CC"
    /// Signature policy.
    case signature = "SIG"
    /// The module on disk and in the kernel.
    case module = "MOD"
    /// eBPF programs, their hooks and what they need.
    case bpf = "BPF"
    /// Staying through a reboot.
    case persistence = "PER"
    /// The proof.
    case application = "APP"

    /// What the group is about, as a heading.
    public var heading: String {
      switch self {
      case .environment: "environment"
      case .kernel: "kernel"
      case .headers: "kernel headers"
      case .compiler: "compiler"
      case .signature: "signature policy"
      case .module: "module"
      case .bpf: "eBPF"
      case .persistence: "after a reboot"
      case .application: "what applications see"
      }
    }
  }

  /// What a check is about: a backend, or what both need.
  public enum Subject: Sendable {
    /// Both backends.
    case both
    /// toa.ko alone.
    case module
    /// The eBPF programs alone.
    case bpf
  }

  /// Stable id: "HDR03".
  public let id: String
  /// Group of the id.
  public let group: Group
  /// What is looked at, a few words: "headers are for this kernel".
  public let title: String
  /// What it is about; of no interest where the other backend is at work.
  public let subject: Subject
  /// What it means, why it matters and how to mend it; the page of `doctor --explain`.
  public let explanation: String
  /// Looks; a throw is reported as a crash of the check, never as a finding about the host.
  public let probe: @Sendable (DoctorContext) async throws -> Outcome

  /// Creates a check.
  public init(
    _ id: String, _ group: Group, _ title: String, about subject: Subject = .both,
    explanation: String, probe: @escaping @Sendable (DoctorContext) async throws -> Outcome
  ) {
    self.id = id
    self.group = group
    self.title = title
    self.subject = subject
    self.explanation = explanation
    self.probe = probe
  }
}

/// What a check saw.
public struct Outcome: Sendable, Equatable {
  /// How bad it is.
  public var status: Finding.Status
  /// What was seen, one sentence.
  public var observed: String
  /// What would be right; nil when that is plain.
  public var expected: String?
  /// Files or commands with what they said.
  public var evidence: [String]
  /// Commands to type, most useful first.
  public var fix: [String]

  /// Creates an outcome.
  public init(
    _ status: Finding.Status, _ observed: String, expected: String? = nil, evidence: [String] = [], fix: [String] = []
  ) {
    self.status = status
    self.observed = observed
    self.expected = expected
    self.evidence = evidence
    self.fix = fix
  }
}

/// One result of a check.
public struct Finding: Sendable, Equatable, Codable {
  /// How bad it is; a missing privilege is `skipped`, never `ok`.
  public enum Status: String, Sendable, Codable {
    /// As it should be.
    case ok
    /// Worth knowing.
    case info
    /// May bite later.
    case warning
    /// Keeps toa from working.
    case error
    /// Could not be looked at, and why.
    case skipped
    /// The check itself failed.
    case crashed
  }

  /// Id of the check.
  public let id: String
  /// Group of the check: "HDR".
  public let group: Check.Group
  /// What was looked at.
  public let title: String
  /// How bad it is.
  public let status: Status
  /// What was seen.
  public let observed: String
  /// What would be right.
  public let expected: String?
  /// Files or commands with what they said.
  public let evidence: [String]
  /// Commands to type.
  public let fix: [String]
  /// Time the check took, in milliseconds.
  public let milliseconds: Int
}
