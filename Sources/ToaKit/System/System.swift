// SPDX-License-Identifier: Apache-2.0
public import Capture
public import Host
public import SelfTest

/// Everything outside of toa, passed in as one value: a command touches the machine through this and nothing else.
public struct System: Sendable {
  /// The file tree.
  public var files: FileRoot
  /// Programs.
  public var run: CommandRunner
  /// Kernel modules.
  public var modules: ModuleControl
  /// eBPF programs.
  public var bpf: BpfControl
  /// uname and rights.
  public var identity: Identity
  /// The person or program that reads.
  public var terminal: Terminal
  /// Seconds since 1970.
  public var now: @Sendable () -> Int64
  /// What finit_module(2) answers on a bad descriptor: positive errno (ENOSYS, EPERM, EBADF).
  public var moduleLoading: @Sendable () -> Int32
  /// Makes the self-test's connections and returns what came back.
  public var selfTest: @Sendable (SelfTestOptions) async throws(SelfTestError) -> SelfTestReport
  /// Hands on the TCP packets of this host's interfaces until the time is up or it is told to stop.
  public var capture:
    @Sendable (CaptureOptions, @escaping @Sendable (CaptureBatch) -> Bool) async throws(CaptureError) -> Void
  /// Crafted connections over a real network.
  public var path = PathControl.absent
  /// Stages for transparent proxying.
  public var transparent = TransparentControl.absent

  /// Creates a system from its parts.
  public init(
    files: FileRoot, run: CommandRunner, modules: ModuleControl, bpf: BpfControl, identity: Identity,
    terminal: Terminal,
    now: @escaping @Sendable () -> Int64, moduleLoading: @escaping @Sendable () -> Int32,
    selfTest: @escaping @Sendable (SelfTestOptions) async throws(SelfTestError) -> SelfTestReport,
    capture:
      @escaping @Sendable (CaptureOptions, @escaping @Sendable (CaptureBatch) -> Bool) async throws(CaptureError) ->
      Void
  ) {
    self.files = files
    self.run = run
    self.modules = modules
    self.bpf = bpf
    self.identity = identity
    self.terminal = terminal
    self.now = now
    self.moduleLoading = moduleLoading
    self.selfTest = selfTest
    self.capture = capture
  }
}
