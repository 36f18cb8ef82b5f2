// SPDX-License-Identifier: Apache-2.0
public import Bpf
internal import Host
internal import SelfTest
internal import Wire

/// What hands clients' addresses to applications in the kernel now: toa.ko or the eBPF programs. All verbs work on this.
public struct Backend: Sendable {
  /// The two kinds.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// toa.ko.
    case module
    /// eBPF programs on cgroup hooks.
    case ebpf
  }

  /// Its state, as the kernel shows it.
  public enum State: Sendable, Equatable {
    /// A module called toa, which may be another maker's.
    case module(LiveModule)
    /// Our programs.
    case ebpf(BpfLive)
  }

  let system: System
  /// What the kernel showed.
  public let state: State

  /// The one that works now; nil when none does.
  public static func live(_ system: System) throws(ToaError) -> Backend? {
    if let module = LiveModule(system) { return Backend(system: system, state: .module(module)) }
    return try EBPFBackend(system).live().map { Backend(system: system, state: .ebpf($0)) }
  }

  /// Which kind it is.
  public var kind: Kind {
    switch state {
    case .module: .module
    case .ebpf: .ebpf
    }
  }

  /// What it is called: "toa.ko 0.1.0", "eBPF 0.1.0".
  public var name: String { "\(kind.title) \(version ?? "of unknown version")" }

  /// Version of the toa that it came from.
  public var version: String? {
    switch state {
    case .module(let module): module.version
    case .ebpf(let programs): programs.version
    }
  }

  /// How it is hooked into the kernel: "ftrace", "kretprobe" or "cgroup links".
  public var hook: String? {
    switch state {
    case .module(let module): module.hook
    case .ebpf: "cgroup links"
    }
  }

  /// Prefixes from which an option is believed.
  public var trusted: String? {
    switch state {
    case .module(let module): module.trusted
    case .ebpf(let programs): programs.settings.trusted.description
    }
  }

  /// The words that say which options are read and what else is done; nil in a module that is older than profiles.
  public var profile: String? {
    switch state {
    case .module(let module): module.profile
    case .ebpf(let programs): programs.settings.profile.description
    }
  }

  /// The vendors' socket calls that are answered now; nil in a module that is older than profiles.
  public var socketCalls: [Int]? {
    switch state {
    case .module(let module): module.socketCalls
    case .ebpf(let programs): programs.settings.socketCalls.map(\.rawValue)
    }
  }

  /// The cgroup whose processes are covered, below the root of the hierarchy; nil for the module, which covers everything.
  public var cgroup: String? {
    switch state {
    case .module: nil
    case .ebpf(let programs): Cgroups(system).name(of: programs.settings.cgroup)
    }
  }

  /// Whether the vendors' getsockopt(2) calls are answered; nil for the module, where the profile decides.
  public var getsockopt: Bool? {
    switch state {
    case .module: nil
    case .ebpf(let programs): programs.settings.getsockopt
    }
  }

  /// Whether it is this project's.
  public var isOurs: Bool {
    switch state {
    case .module(let module): module.isOurs
    case .ebpf: true
    }
  }

  /// Whether it is what `toa load` would load, and whole.
  public var isCurrent: Bool {
    switch state {
    case .module(let module):
      module.sourceVersion != nil
        && module.sourceVersion == ModuleFile(system, kernel: system.identity.kernelRelease)?.sourceVersion
    case .ebpf(let programs):
      EBPFBackend(system).isOwn(programs) && programs.missing.isEmpty
    }
  }

  /// Its counters; nil when it shows none here.
  public func counters() throws(ToaError) -> Counters? {
    switch kind {
    case .module: Counters.read(system)
    case .ebpf: try EBPFBackend(system).counters()
    }
  }

  /// The connections that have a client address; nil when it shows none here.
  public func connections() throws(ToaError) -> [ClientConnection]? {
    switch kind {
    case .module: try ClientConnection.readModule(system)
    case .ebpf: try EBPFBackend(system).connections()
    }
  }

  /// What it does for connections, for the self-test.
  var abilities: Abilities {
    switch state {
    case .module(let module):
      guard let profile = module.profile.flatMap({ try? Profile(parsing: $0) }) else { return .basic }
      let calls = profile.socketCalls.filter { module.socketCalls?.contains($0.rawValue) == true }
      return Abilities(
        options: profile.options, socketCalls: calls, behaviours: profile.behaviours,
        limits: Abilities.limitsOfModule)
    case .ebpf(let programs):
      return Abilities(
        options: programs.settings.options, socketCalls: Set(programs.settings.socketCalls), behaviours: [.late],
        limits: Abilities.limitsOfEBPF)
    }
  }

  /// Takes it out of the kernel.
  func unload() throws(ToaError) {
    switch kind {
    case .module: try ModuleBackend(system).unload()
    case .ebpf: try EBPFBackend(system).unload()
    }
  }
}

extension Backend.Kind {
  /// What people call it.
  public var title: String { self == .module ? "toa.ko" : "eBPF" }
}
