// SPDX-License-Identifier: Apache-2.0
public import Bpf
public import Wire

/// The kernel's eBPF as toa needs it; a value, so that a test can answer instead of the kernel.
public struct BpfControl: Sendable {
  /// The programs that are switched on; nil when none are.
  public var live: @Sendable () throws(BpfError) -> BpfLive?
  /// Loads and attaches the programs and switches over to them at once, from nothing or from those that work now. Needs the
  /// BPF file system at /sys/fs/bpf. Connections keep their addresses.
  public var load: @Sendable (_ settings: BpfSettings) throws(BpfError) -> BpfLive
  /// Switches everything off at once and removes all pins, also those that a killed run left; nothing there is no error.
  public var remove: @Sendable () throws(BpfError) -> Void
  /// Whether there are pins of toa's, working or left by a killed run.
  public var hasPins: @Sendable () -> Bool
  /// The counters of the programs that are switched on; nil when none are.
  public var counters: @Sendable () throws(BpfError) -> [BpfCounter]?
  /// The connections that have a client address, of all network namespaces. Needs a kernel with BTF.
  public var connections: @Sendable () throws(BpfError) -> [BpfConnection]
  /// Has the kernel verify each program and forgets it again: the four hooks, then "table".
  public var probe: @Sendable () -> [BpfProbe]
  /// The programs on our hooks at a cgroup (absolute path) and above it, whoever attached them.
  public var attachments: @Sendable (_ cgroup: String) throws(BpfError) -> [BpfAttachment]

  /// Has the connections that programs of a cgroup (absolute path) open carry an option, in the SYN, too, or not, until the value
  /// has gone.
  public var simulate:
    @Sendable (_ option: TCPOption, _ inSyn: Bool, _ cgroup: String) throws(BpfError) -> BpfSimulation

  /// Hash of the programs that `load` would load; compare with `BpfLive.object`.
  public var objectHash: String { hash() }
  private let hash: @Sendable () -> String

  /// Creates a control from its parts.
  public init(
    live: @escaping @Sendable () throws(BpfError) -> BpfLive?,
    load: @escaping @Sendable (BpfSettings) throws(BpfError) -> BpfLive,
    remove: @escaping @Sendable () throws(BpfError) -> Void,
    hasPins: @escaping @Sendable () -> Bool,
    counters: @escaping @Sendable () throws(BpfError) -> [BpfCounter]?,
    connections: @escaping @Sendable () throws(BpfError) -> [BpfConnection],
    probe: @escaping @Sendable () -> [BpfProbe],
    attachments: @escaping @Sendable (String) throws(BpfError) -> [BpfAttachment],
    simulate: @escaping @Sendable (TCPOption, Bool, String) throws(BpfError) -> BpfSimulation,
    objectHash: @autoclosure @escaping @Sendable () -> String
  ) {
    self.live = live
    self.load = load
    self.remove = remove
    self.hasPins = hasPins
    self.counters = counters
    self.connections = connections
    self.probe = probe
    self.attachments = attachments
    self.simulate = simulate
    hash = objectHash
  }
}
