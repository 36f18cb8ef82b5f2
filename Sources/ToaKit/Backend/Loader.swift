// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

/// The verbs `load` and `unload`.
public struct Loader: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Loads the backend that was asked for, or else the installed one.
  public func load(_ request: LoadRequest) async throws(ToaError) -> LoadDocument {
    switch try kind(request) {
    case .module: try loadModule(request)
    case .ebpf: try await loadEBPF(request)
    }
  }

  /// Unloads whichever is loaded.
  public func unload(dryRun: Bool) async throws(ToaError) -> LoadDocument {
    guard let live = try Backend.live(system) else {
      if system.bpf.hasPins() { return try await removeRubbish(dryRun: dryRun) }
      console.say("Nothing is loaded; nothing to do.")
      return LoadDocument(nil, changed: false)
    }
    guard live.isOurs else { throw ToaError.foreignModule("toa") }
    console.say(change: live.typedUnload)
    if dryRun { return LoadDocument(live, changed: false) }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try live.unload()
    if live.kind == .ebpf { try await BpfFileSystem(system, console).release() }
    console.say("\(live.kind.title) is unloaded.", .good)
    return LoadDocument(nil, changed: true)
  }

  /// Pins of a killed run, which do nothing.
  private func removeRubbish(dryRun: Bool) async throws(ToaError) -> LoadDocument {
    console.say(change: EBPFLoad.typedUnload)
    if dryRun { return LoadDocument(nil, changed: false) }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try EBPFBackend(system).unload()
    try await BpfFileSystem(system, console).release()
    console.say("Nothing was loaded; what a killed run left is removed.", .good)
    return LoadDocument(nil, changed: true)
  }

  private func kind(_ request: LoadRequest) throws(ToaError) -> Backend.Kind {
    let asksEBPF = request.cgroup != nil || request.getsockopt != nil
    let isInstalled = system.files.exists(EBPFSettings.path)
    let implied: Backend.Kind = request.hook != nil ? .module : asksEBPF || isInstalled ? .ebpf : .module
    let kind = request.backend ?? implied
    if kind == .module && asksEBPF {
      throw ToaError(
        .usage, "--cgroup and --getsockopt are for eBPF", why: "the module covers every process and every call",
        next: ["leave them out, or: toa load --backend ebpf"])
    }
    if kind == .ebpf && request.hook != nil {
      throw ToaError(.usage, "--hook is for the module", next: ["leave it out, or: toa load --backend module"])
    }
    return kind
  }

  private func loadModule(_ request: LoadRequest) throws(ToaError) -> LoadDocument {
    let parameters = try parameters(request)
    try system.requireModuleSupport()
    if let live = try Backend.live(system) {
      guard live.kind == .module else { throw ToaError.otherBackend(live, wanted: .module) }
      guard live.isOurs else { throw ToaError.foreignModule("toa") }
      return try change(live, request)
    }
    try system.refuseOtherTOA()
    if request.profile != nil, let file = ModuleFile(system, kernel: system.identity.kernelRelease), !file.knowsProfiles
    {
      // The kernel would load it and take no notice of the parameter.
      throw ToaError.noProfiles(file.path)
    }
    console.say(change: "modprobe toa" + (parameters.isEmpty ? "" : " " + parameters))
    if request.dryRun { return LoadDocument(nil, changed: false) }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    let start = ContinuousClock.now
    try ModuleBackend(system).load(parameters: parameters)
    let milliseconds = (ContinuousClock.now - start).wholeMilliseconds
    let live = try Backend.live(system)
    console.say("\(live?.name ?? "toa.ko") is loaded, hooked by \(live?.hook ?? "an unknown way").", .good)
    return LoadDocument(live, changed: true, milliseconds: milliseconds)
  }

  /// Gives the loaded module what can be changed without loading it anew.
  private func change(_ live: Backend, _ request: LoadRequest) throws(ToaError) -> LoadDocument {
    let changes = try ModuleChange.all(request, live.module, live.name)
    guard !changes.isEmpty else {
      console.say("\(live.name) is loaded already; nothing to do.")
      return LoadDocument(live, changed: false)
    }
    for change in changes { console.say(change: change.typed) }
    if request.dryRun { return LoadDocument(live, changed: false) }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try ModuleBackend(system).make(changes)
    console.say("\(live.name) has other settings now; connections keep their addresses.", .good)
    return LoadDocument(try Backend.live(system), changed: true)
  }

  private func loadEBPF(_ request: LoadRequest) async throws(ToaError) -> LoadDocument {
    let backend = EBPFBackend(system)
    let (settings, isInstalled) = try await settings(request)
    if let live = try Backend.live(system), live.kind == .module {
      throw live.isOurs ? ToaError.otherBackend(live, wanted: .ebpf) : ToaError.foreignModule("toa")
    }
    try system.refuseOtherTOA()
    if try backend.isLive(with: settings) {
      let live = try Backend.live(system)
      console.say("\(live?.name ?? "eBPF") is loaded already; nothing to do.")
      return LoadDocument(live, changed: false)
    }
    if request.dryRun {
      if !BpfFileSystem(system, console).isMounted { console.say(change: BpfFileSystem.command) }
      console.say("eBPF \(toaVersion) would be loaded \(settings.scope).")
      return LoadDocument(try Backend.live(system), changed: false)
    }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    let milliseconds = try await backend.load(settings, makingCgroup: isInstalled, console)
    console.say("eBPF \(toaVersion) is loaded \(settings.scope), in \(milliseconds) ms.", .good)
    return LoadDocument(try Backend.live(system), changed: true, milliseconds: milliseconds)
  }

  /// The settings that are wanted, and whether the cgroup is the installed one.
  private func settings(_ request: LoadRequest) async throws(ToaError) -> (EBPFSettings, isInstalled: Bool) {
    let settings = try await EBPFSettings.wanted(
      system, console, trust: request.trust, profile: request.profile, cgroup: request.cgroup,
      getsockopt: request.getsockopt)
    return (settings, request.cgroup == nil && settings.cgroup != "/")
  }

  private func parameters(_ request: LoadRequest) throws(ToaError) -> String {
    var words: [String] = []
    if let trust = request.trust { words.append("trusted=" + (try trustParameter(trust))) }
    if let profile = request.profile { words.append("profile=" + (try profileParameter(profile))) }
    if let hook = request.hook {
      guard ["auto", "ftrace", "kretprobe"].contains(hook) else {
        throw ToaError(.usage, "--hook \(hook) is unknown", next: ["use auto, ftrace or kretprobe"])
      }
      words.append("hook=\(hook)")
    }
    return words.joined(separator: " ")
  }
}

extension EBPFSettings {
  /// The same with the standard list and profile left to the default.
  var normalized: EBPFSettings {
    var settings = self
    if trusted == TrustList.standard.description { settings.trusted = nil }
    if profile == Profile.standard.description { settings.profile = nil }
    return settings
  }

  /// Which processes are covered, as a clause.
  var scope: String {
    (cgroup == "/" ? "for every process" : "for the cgroup \(cgroup)") + (getsockopt ? ", getsockopt too" : "")
      + (profile.map { ", profile \($0)" } ?? "")
  }
}

extension Backend {
  /// What a person would type to take it out.
  var typedUnload: String { kind == .module ? "rmmod toa" : EBPFLoad.typedUnload }
}
