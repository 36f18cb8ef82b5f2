// SPDX-License-Identifier: Apache-2.0

/// The programs that work now, as their pins in the BPF file system show them.
public struct BpfLive: Sendable, Equatable {
  /// Number of the generation that is switched on.
  public var generation: UInt32
  /// Version of the toa that loaded them.
  public var version: String
  /// Hash of the object that they came from.
  public var object: String
  /// Their settings, read back from their maps.
  public var settings: BpfSettings
  /// Hooks whose link is pinned and still attached. A link ends when its cgroup is removed.
  public var attached: [BpfHook]
  /// Other generations that are still pinned: a killed run left them, they do nothing, and the next load removes them.
  public var remains: [UInt32]

  /// Creates the value.
  public init(
    generation: UInt32, version: String, object: String, settings: BpfSettings, attached: [BpfHook],
    remains: [UInt32] = []
  ) {
    self.generation = generation
    self.version = version
    self.object = object
    self.settings = settings
    self.attached = attached
    self.remains = remains
  }

  /// Hooks that the settings want and that are not attached any more.
  public var missing: [BpfHook] {
    BpfHook.wanted(getsockopt: settings.getsockopt).filter { !attached.contains($0) }
  }
}
