// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What `toa load` is asked for.
public struct LoadRequest: Sendable {
  /// Prefixes for the `trusted` parameter; nil leaves what modprobe.d says.
  public var trust: String?
  /// Value of the `hook` parameter; nil leaves the default.
  public var hook: String?
  /// Only say what would be done.
  public var dryRun: Bool

  /// Creates a request.
  public init(trust: String? = nil, hook: String? = nil, dryRun: Bool = false) {
    self.trust = trust
    self.hook = hook
    self.dryRun = dryRun
  }
}

/// What `toa load` and `toa unload` answer.
public struct LoadDocument: Document {
  /// Shape of the document.
  public let schema = "toa.load/1"
  /// Whether the kernel has the module now.
  public let loaded: Bool
  /// Whether this command changed that.
  public let changed: Bool
  /// The loaded module.
  public let module: LiveModule?
}

/// The verbs `load` and `unload`.
public struct ModuleLoad: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Loads the installed module.
  public func load(_ request: LoadRequest) throws(ToaError) -> LoadDocument {
    let parameters = try parameters(request)
    try system.requireModuleSupport()
    if let live = LiveModule(system) {
      guard live.isOurs else { throw ToaError.foreignModule("toa") }
      console.say("toa.ko \(live.version ?? "") is loaded already; nothing to do.")
      return LoadDocument(loaded: true, changed: false, module: live)
    }
    try system.refuseOtherTOA()
    console.say(change: "modprobe toa" + (parameters.isEmpty ? "" : " " + parameters))
    if request.dryRun { return LoadDocument(loaded: false, changed: false, module: nil) }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try ModuleBackend(system).load(parameters: parameters)
    let live = LiveModule(system)
    console.say("toa.ko \(live?.version ?? "") is loaded, hooked by \(live?.hook ?? "an unknown way").", .good)
    return LoadDocument(loaded: true, changed: true, module: live)
  }

  /// Unloads the module.
  public func unload(dryRun: Bool) throws(ToaError) -> LoadDocument {
    guard let live = LiveModule(system) else {
      console.say("toa.ko is not loaded; nothing to do.")
      return LoadDocument(loaded: false, changed: false, module: nil)
    }
    guard live.isOurs else { throw ToaError.foreignModule("toa") }
    console.say(change: "rmmod toa")
    if dryRun { return LoadDocument(loaded: true, changed: false, module: live) }
    let lock = try HostLock(system)
    defer { extendLifetime(lock) }
    try ModuleBackend(system).unload()
    console.say("toa.ko is unloaded.", .good)
    return LoadDocument(loaded: false, changed: true, module: nil)
  }

  private func parameters(_ request: LoadRequest) throws(ToaError) -> String {
    var words: [String] = []
    if let trust = request.trust { words.append("trusted=" + (try trustParameter(trust))) }
    if let hook = request.hook {
      guard ["auto", "ftrace", "kretprobe"].contains(hook) else {
        throw ToaError(.usage, "--hook \(hook) is unknown", next: ["use auto, ftrace or kretprobe"])
      }
      words.append("hook=\(hook)")
    }
    return words.joined(separator: " ")
  }
}
