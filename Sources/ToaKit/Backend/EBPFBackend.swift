// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Glibc
internal import Host
internal import Wire

/// Loads and unloads the eBPF programs, and says why where the kernel will not.
struct EBPFBackend: Sendable {
  /// Where everything of ours is pinned.
  static let folder = BpfLibrary.folder
  let system: System

  init(_ system: System) { self.system = system }

  /// The programs that work; nil when none do. Without pins the kernel is not asked, which a plain user may not do.
  func live() throws(ToaError) -> BpfLive? {
    guard system.bpf.hasPins() else { return nil }
    do throws(BpfError) {
      return try system.bpf.live()
    } catch {
      throw reading(error)
    }
  }

  /// The counters of the programs that work.
  func counters() throws(ToaError) -> Counters? {
    do throws(BpfError) {
      return try system.bpf.counters().map(Counters.init(bpf:))
    } catch {
      throw reading(error)
    }
  }

  /// The connections that have a client address, of all network namespaces.
  func connections() throws(ToaError) -> [ClientConnection] {
    do throws(BpfError) {
      return try system.bpf.connections().map { connection in
        ClientConnection(
          client: connection.client.description, balancer: connection.balancer.description,
          local: connection.local.description, option: "\(connection.kind)/\(connection.length)")
      }
    } catch {
      guard [EINVAL, ENOENT, EOPNOTSUPP, ENOTSUP, ESRCH].contains(error.errno) else { throw reading(error) }
      throw ToaError(
        .notApplicable, "this kernel cannot list the connections",
        why: "its eBPF has no iterator, or it was built without CONFIG_DEBUG_INFO_BTF: \(errorText(error.errno))",
        next: ["toa stats", "ss --bpf-maps -tn, in each network namespace"])
    }
  }

  /// Whether programs are the ones that this toa carries.
  func isOwn(_ live: BpfLive) -> Bool { live.version == toaVersion && live.object == system.bpf.objectHash }

  /// Whether these very programs work with these settings.
  func isLive(with settings: EBPFSettings) throws(ToaError) -> Bool {
    guard let live = try live() else { return false }
    let wanted = settings.bpf(at: "")
    return isOwn(live) && live.missing.isEmpty && live.remains.isEmpty && live.settings.trusted == wanted.trusted
      && live.settings.getsockopt == wanted.getsockopt
      && live.settings.profile == wanted.profile
      && Cgroups(system).name(of: live.settings.cgroup) == settings.cgroup
  }

  /// Loads the programs or replaces those that work, and returns the milliseconds that the kernel took. Mounts what is needed;
  /// makes the cgroup when `makingCgroup`.
  @discardableResult
  func load(
    _ settings: EBPFSettings, makingCgroup: Bool = false, _ console: Console
  ) async throws(ToaError) -> Int {
    let fileSystem = BpfFileSystem(system, console)
    try await fileSystem.mount()
    do throws(ToaError) {
      return try await Cgroups(system).mounted(console) { point throws(ToaError) in
        try Cgroups(system).find(settings.cgroup, at: point, making: makingCgroup)
        return try load(settings, at: point)
      }
    } catch {
      // What could not be loaded leaves no mount; an error of that would hide the one that matters.
      try? await fileSystem.release()
      throw error
    }
  }

  /// Takes the programs out, and what a killed run left of them.
  func unload() throws(ToaError) {
    do throws(BpfError) {
      try system.bpf.remove()
    } catch {
      throw ToaError(
        .unexpected, "cannot remove the eBPF programs", why: "\(error.subject): \(errorText(error.errno))",
        next: [system.identity.userID == 0 ? "toa doctor --only BPF" : "sudo toa unload"])
    }
  }

  /// Why the kernel cannot take the programs; nil when it can.
  func obstacle(_ settings: EBPFSettings) -> ToaError? {
    let wanted = BpfHook.wanted(getsockopt: settings.getsockopt).map(\.rawValue)
    let refusal = system.bpf.probe().first { $0.errno != nil && wanted.contains($0.program) }
    guard let refusal, let errno = refusal.errno else { return nil }
    return explain(
      BpfError(operation: "load", subject: refusal.program, errno: errno, log: refusal.log), exclusive: nil)
  }

  /// A program of others beside which none of ours can be attached at a cgroup; nil when there is none, or it cannot be asked.
  func exclusive(at folder: String) -> BpfAttachment? {
    (try? system.bpf.attachments(folder))?.first { $0.isExclusive && !$0.isOurs }
  }

  private func load(_ settings: EBPFSettings, at point: String) throws(ToaError) -> Int {
    let wanted = settings.bpf(at: point)
    let start = ContinuousClock.now
    do throws(BpfError) {
      _ = try system.bpf.load(wanted)
    } catch {
      throw explain(error, exclusive: exclusive(at: wanted.cgroup))
    }
    return (ContinuousClock.now - start).wholeMilliseconds
  }
}
