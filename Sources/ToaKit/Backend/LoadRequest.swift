// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Wire

/// What `toa load` is asked for.
public struct LoadRequest: Sendable {
  /// Which backend; nil is the installed one.
  public var backend: Backend.Kind?
  /// Prefixes from which an option is believed; nil leaves what was installed, or the default.
  public var trust: String?
  /// Words of the profile; nil leaves what was installed, or the default.
  public var profile: String?
  /// Value of the module's parameter `hook`; nil leaves the default.
  public var hook: String?
  /// The cgroup to cover; nil leaves what was installed, or all.
  public var cgroup: String?
  /// Whether getsockopt(2) is answered; nil leaves what was installed, or not.
  public var getsockopt: Bool?
  /// Only say what would be done.
  public var dryRun: Bool

  /// Creates a request.
  public init(
    backend: Backend.Kind? = nil, trust: String? = nil, profile: String? = nil, hook: String? = nil,
    cgroup: String? = nil, getsockopt: Bool? = nil, dryRun: Bool = false
  ) {
    self.backend = backend
    self.trust = trust
    self.profile = profile
    self.hook = hook
    self.cgroup = cgroup
    self.getsockopt = getsockopt
    self.dryRun = dryRun
  }
}

/// What `toa load` and `toa unload` answer.
public struct LoadDocument: Document {
  /// Shape of the document.
  public let schema = "toa.load/1"
  /// Whether the kernel has a TOA of ours now.
  public let loaded: Bool
  /// Whether this command changed that.
  public let changed: Bool
  /// Which backend is loaded.
  public let backend: OrNull<Backend.Kind>
  /// The loaded module.
  public let module: LiveModule?
  /// The loaded programs.
  public let ebpf: LiveEBPF?
  /// Milliseconds that the kernel took to load; nil when nothing was loaded.
  public let milliseconds: Int?

  init(_ live: Backend?, changed: Bool, milliseconds: Int? = nil) {
    loaded = live != nil
    self.changed = changed
    backend = OrNull(live?.kind)
    module = live?.module
    ebpf = live?.ebpf
    self.milliseconds = milliseconds
  }
}

/// The eBPF programs that work now, as documents show them.
public struct LiveEBPF: Sendable, Equatable, Encodable {
  /// Version of the toa that loaded them.
  public let version: String
  /// Number of their generation; each load makes the next one.
  public let generation: UInt32
  /// How they are hooked: "cgroup links".
  public let hook: String
  /// Hooks on which they are attached.
  public let attached: [String]
  /// Hooks from which they have gone, since their cgroup was removed.
  public let missing: [String]
  /// The cgroup whose processes are covered, below the hierarchy's root.
  public let cgroup: String
  /// Whether getsockopt(2) is answered.
  public let getsockopt: Bool
  /// Prefixes from which an option is believed.
  public let trusted: String
  /// The words of the profile.
  public let profile: String
  /// Options that are taken for TOA: "254/8".
  public let options: [String]
  /// The vendors' socket calls that are answered: 4096, 1345.
  public let socketCalls: [Int]
}

extension Backend {
  /// The module, when that is it.
  var module: LiveModule? {
    if case .module(let module) = state { module } else { nil }
  }

  /// The programs, when those are it.
  var ebpf: LiveEBPF? {
    guard case .ebpf(let live) = state else { return nil }
    return LiveEBPF(
      version: live.version, generation: live.generation, hook: hook ?? "", attached: live.attached.map(\.rawValue),
      missing: live.missing.map(\.rawValue), cgroup: cgroup ?? "/", getsockopt: live.settings.getsockopt,
      trusted: live.settings.trusted.description, profile: live.settings.profile.description,
      options: live.settings.options.clientFormats.map(\.description), socketCalls: socketCalls ?? [])
  }
}
