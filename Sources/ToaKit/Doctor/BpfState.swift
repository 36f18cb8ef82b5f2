// SPDX-License-Identifier: Apache-2.0
internal import Bpf
internal import Host

/// What the running kernel says of eBPF, asked once for all checks: having the programs verified takes its time.
struct BpfState: Sendable {
  /// Whether toa's programs would work here.
  enum Answer: Sendable {
    /// The kernel takes them, and the hooks are free.
    case possible
    /// It does not, or somebody else holds a hook alone.
    case refused
    /// Only root is told, or another kernel is looked at.
    case unknown
  }

  /// One cgroup and the programs on the hooks there, in the order in which they run.
  struct Place: Sendable {
    let cgroup: String
    let attachments: [BpfAttachment]
  }

  /// The programs that are switched on; nil when none are.
  var live: BpfLive?
  /// Why it cannot be said whether programs are switched on.
  var unreadable: BpfError?
  /// Whether there are pins of toa's.
  var hasPins = false
  /// What the package asks for; nil when eBPF is not installed.
  var installed: InstalledBpf?
  /// What became of each program; empty when the kernel was not asked.
  var probes: [BpfProbe] = []
  /// What is mounted where.
  var mounts = MountTable(parsing: "")
  /// The cgroup that is covered, or would be, below the root of the hierarchy; "/" is every process.
  var scope = "/"
  /// That cgroup and those above it; empty when they cannot be asked.
  var places: [Place] = []
  /// Why they cannot be asked.
  var placesError: BpfError?

  /// Asks the kernel; only root is told whether it takes programs.
  static func ask(_ system: System) -> BpfState {
    var state = BpfState()
    do throws(BpfError) {
      state.live = try system.bpf.live()
    } catch {
      state.unreadable = error
    }
    state.hasPins = system.bpf.hasPins()
    state.installed = InstalledBpf(system)
    state.mounts = MountTable.read(from: system.files)
    state.scope =
      state.live.map { Cgroups(system).name(of: $0.settings.cgroup) } ?? state.installed?.settings?.cgroup ?? "/"
    guard system.identity.userID == 0 else { return state }
    state.probes = system.bpf.probe()
    do throws(BpfError) {
      for cgroup in state.folders where system.files.isDirectory(cgroup) {
        state.places.append(Place(cgroup: cgroup, attachments: try system.bpf.attachments(cgroup)))
      }
    } catch {
      state.placesError = error
    }
    return state
  }

  /// Where the covered cgroup is seen; nil when the hierarchy is not mounted.
  var folder: String? { mounts.cgroup2.map { $0.point + (scope == "/" ? "" : scope) } }

  /// The folders of the covered cgroup and of those above it, up to the root of the hierarchy.
  private var folders: [String] {
    guard let root = mounts.cgroup2?.point, var folder else { return [] }
    var found: [String] = []
    while folder.utf8.count > root.utf8.count, let slash = folder.lastIndex(of: "/") {
      found.append(folder)
      folder = String(folder[..<slash])
    }
    return found + [root]
  }

  /// Whether eBPF is what delivers addresses here, or is to do so.
  var isChosen: Bool { live != nil || installed != nil }

  /// Whether getsockopt(2) is answered, or is to be.
  var wantsGetsockopt: Bool { live?.settings.getsockopt ?? installed?.settings?.getsockopt ?? false }

  /// The programs without which nothing works.
  var needed: [String] { BpfHook.wanted(getsockopt: wantsGetsockopt).map(\.rawValue) }

  /// Whether the kernel takes a program; nil when it was not asked.
  func takes(_ program: String) -> Bool? { probes.first { $0.program == program }.map { $0.errno == nil } }

  /// Hooks that somebody else holds alone, with who does; those on which toa already is are none.
  var exclusive: [(cgroup: String, program: BpfAttachment)] {
    places.flatMap { place in
      place.attachments.filter { program in
        program.isExclusive && !program.isOurs && needed.contains(program.hook.rawValue)
          && live?.attached.contains(program.hook) != true
      }.map { (place.cgroup, $0) }
    }
  }

  /// Whether toa's programs would work here.
  var answer: Answer {
    if live != nil { return .possible }
    if probes.isEmpty { return .unknown }
    return exclusive.isEmpty && needed.allSatisfy { takes($0) == true } ? .possible : .refused
  }
}
