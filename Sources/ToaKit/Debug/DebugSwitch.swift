// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

/// What `toa debug` answers.
public struct DebugDocument: Document {
  /// Shape of the document.
  public let schema = "toa.debug/1"
  /// Whether any call site prints now.
  public let on: Bool
  /// Whether this command changed that.
  public let changed: Bool
  /// Call sites of the module that print now.
  public let sitesOn: Int
  /// Call sites of the module.
  public let sites: Int
  /// The kernel's file that switches them.
  public let path: String
}

/// The verb `debug`: the module's log lines about each connection that carries an option.
public struct DebugSwitch: Sendable {
  let system: System
  let console: Console
  /// Writes an order into the kernel's file, of which no ordinary file can take the place: what is read there is not what was
  /// written.
  let write: @Sendable (_ path: String, _ order: String) throws(FileError) -> Void

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.init(system, console) { path, order throws(FileError) in
      try system.files.overwrite(path, Array(order.utf8))
    }
  }

  init(
    _ system: System, _ console: Console, write: @escaping @Sendable (String, String) throws(FileError) -> Void
  ) {
    self.system = system
    self.console = console
    self.write = write
  }

  /// Says how many call sites print.
  public func show() async throws(ToaError) -> DebugDocument {
    let lines = try await lines()
    console.print(
      lines.isOn
        ? "debug lines are " + console.styled("on", .warning) + ": \(lines.on) of \(lines.sites) call sites"
        : "debug lines are off: \(lines.sites) call sites")
    if lines.isOn { sayHowToGoOn() }
    return DebugDocument(lines, changed: false)
  }

  /// Switches all of them. No lock: it is one write(2) to the kernel, and nothing that a journal or an undo would have to know.
  public func set(_ on: Bool, dryRun: Bool) async throws(ToaError) -> DebugDocument {
    let lines = try await lines()
    guard lines.on != (on ? lines.sites : 0) else {
      console.say("The debug lines of toa.ko are \(on ? "on" : "off") already; nothing to do.")
      if on { sayHowToGoOn() }
      return DebugDocument(lines, changed: false)
    }
    console.say(change: lines.typed(on))
    if dryRun { return DebugDocument(lines, changed: false) }
    do throws(FileError) {
      try write(lines.path, DebugLines.order(on) + "\n")
    } catch {
      throw refused(error, to: on)
    }
    let now = try await self.lines()
    guard now.on == (on ? now.sites : 0) else {
      throw ToaError(
        .unexpected, "the kernel took the order and did not follow it",
        why: "\(now.on) of \(now.sites) call sites of toa.ko are on", next: ["grep '\\[toa\\]' \(now.path)"])
    }
    console.say("The debug lines of toa.ko are \(on ? "on, at \(now.on) call sites" : "off").", .good)
    if on { sayHowToGoOn() }
    return DebugDocument(now, changed: true)
  }

  private func sayHowToGoOn() {
    console.say("  read:  dmesg -w, or journalctl -k -f")
    console.say("  stop:  toa debug off")
  }

  /// The call sites of the module that is loaded.
  private func lines() async throws(ToaError) -> DebugLines {
    guard let live = try Backend.live(system) else {
      throw ToaError(
        .notApplicable, "there are no debug lines", why: "toa.ko is not loaded", next: ["toa load", "toa status"])
    }
    guard live.kind == .module else {
      throw ToaError(
        .notApplicable, "there are no debug lines", why: "eBPF is at work; only toa.ko writes into the kernel's log",
        next: ["toa stats", "toa table"])
    }
    guard live.isOurs else { throw ToaError.foreignModule(ModuleBackend.moduleName) }
    let found: DebugLines?
    do throws(FileError) { found = try DebugLines.read(system.files) } catch { throw refused(error, to: nil) }
    guard let found else { throw await missing() }
    guard found.sites > 0 else {
      throw ToaError(
        .notApplicable, "\(live.name) has no debug lines",
        why: "\(found.path) knows no call site of it: an older version, or a kernel without CONFIG_DYNAMIC_DEBUG",
        next: ["toa install"])
    }
    return found
  }

  /// Why there is no file: the kernel has none, or it is in debugfs, which only root sees and which may not be mounted.
  private func missing() async -> ToaError {
    let what = "debug lines cannot be switched"
    let path = DebugLines.paths[1]
    if system.identity.userID != 0 {
      return ToaError(.refused, what, why: "only root may look for \(path)", next: ["sudo toa debug status"])
    }
    let release = system.identity.kernelRelease
    let config = await KernelConfig.read(for: release, in: system.files, running: release, using: system.run)
    let isMounted = system.files.exists("/sys/kernel/debug/tracing") || !system.files.list("/sys/kernel/debug").isEmpty
    if !isMounted, config?.isEnabled("DYNAMIC_DEBUG") == true {
      return ToaError(
        .notApplicable, what, why: "this kernel has its switch in debugfs, which is not mounted",
        next: ["mount -t debugfs debugfs /sys/kernel/debug", "toa debug on"])
    }
    let source = config.map { ": CONFIG_DYNAMIC_DEBUG in \($0.source)" } ?? ""
    return ToaError(
      .notApplicable, what, why: "this kernel was built without dynamic debug\(source)",
      next: ["toa stats", "toa table"])
  }

  private func refused(_ error: FileError, to on: Bool?) -> ToaError {
    let isRight = [EACCES, EPERM].contains(error.errno)
    let verb = on.map { $0 ? "on" : "off" } ?? "status"
    return ToaError(
      isRight ? .refused : .unexpected, "cannot \(error.operation) \(error.path)",
      why: isRight && system.identity.userID == 0
        ? "\(errorText(error.errno)): lockdown, or a container"
        : errorText(error.errno),
      next: [isRight && system.identity.userID != 0 ? "sudo toa debug \(verb)" : "toa doctor"])
  }
}

extension DebugDocument {
  init(_ lines: DebugLines, changed: Bool) {
    self.init(on: lines.isOn, changed: changed, sitesOn: lines.on, sites: lines.sites, path: lines.path)
  }
}
