// SPDX-License-Identifier: Apache-2.0
public import Capture

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
    /// What arrives from the network.
    case network = "NET"
    /// What the counters and sockets say of it.
    case observation = "OBS"
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
      case .network: "network"
      case .observation: "counters and connections"
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
  /// Who has to act on what it finds, unless the outcome says otherwise.
  public let owner: Owner
  /// Whether it looks at the capture, where there is one.
  public let watches: Bool
  /// What it means, why it matters and how to mend it; the page of `doctor --explain`.
  public let explanation: String
  /// Looks; a throw is reported as a crash of the check, never as a finding about the host.
  public let probe: @Sendable (DoctorContext) async throws -> Outcome

  /// Creates a check.
  public init(
    _ id: String, _ group: Group, _ title: String, about subject: Subject = .both, owner: Owner = .host,
    watches: Bool = false, explanation: String, probe: @escaping @Sendable (DoctorContext) async throws -> Outcome
  ) {
    self.id = id
    self.group = group
    self.title = title
    self.subject = subject
    self.owner = owner
    self.watches = watches
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
  /// Who has to act; nil is the check's owner.
  public var owner: Owner?
  /// Steps that `toa doctor --fix` takes to mend it: such as can do no harm and interrupt nothing.
  public var repairs: [Step]

  /// Creates an outcome.
  public init(
    _ status: Finding.Status, _ observed: String, expected: String? = nil, evidence: [String] = [], fix: [String] = [],
    owner: Owner? = nil, repairs: [Step] = []
  ) {
    self.status = status
    self.observed = observed
    self.expected = expected
    self.evidence = evidence
    self.fix = fix
    self.owner = owner
    self.repairs = repairs
  }
}
