// SPDX-License-Identifier: Apache-2.0
public import SelfTest

/// Crafted connections over a real network, and the side that they go to.
public struct PathControl: Sendable {
  /// Listens until the time is up or it is told to stop.
  public var listen:
    @Sendable (PathListenOptions, @escaping @Sendable () -> Bool, @escaping @Sendable (PathEvent) -> Void)
      async throws(PathError) -> Void
  /// Sends them and returns what came of each.
  public var probe:
    @Sendable (PathOptions, @escaping @Sendable (PathResult) -> Void) async throws(PathError) -> PathReport

  /// Creates the value.
  public init(
    listen:
      @escaping @Sendable (PathListenOptions, @escaping @Sendable () -> Bool, @escaping @Sendable (PathEvent) -> Void)
      async throws(PathError) -> Void,
    probe:
      @escaping @Sendable (PathOptions, @escaping @Sendable (PathResult) -> Void) async throws(PathError) -> PathReport
  ) {
    self.listen = listen
    self.probe = probe
  }

  /// No network: what is not made for another machine.
  static let absent = PathControl(
    listen: { _, _, _ async throws(PathError) in throw .unreachable(errno: 101) },
    probe: { _, _ async throws(PathError) in throw .unreachable(errno: 101) })

  /// This machine's.
  static let live = PathControl(
    listen: { options, goesOn, tell async throws(PathError) in
      try await runPathListener(options, goesOn: goesOn, tell: tell)
    },
    probe: { options, tell async throws(PathError) in try await runPathProbes(options, tell: tell) })
}
