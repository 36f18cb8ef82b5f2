// SPDX-License-Identifier: Apache-2.0
internal import CBpf
internal import Glibc
internal import Synchronization
public import Wire

/// The eBPF programs through libbpf: loads, reads and removes them. Their only state is in the kernel, below a folder of the
/// BPF file system.
///
/// Each load makes a new generation beside the one that works, with maps and links of its own but for the connections and the
/// counters, which it takes over. Its programs do nothing until the map `control` names their number: that one write switches
/// all hooks at once. What a killed run leaves is therefore the old state or the new one, and rubbish that does nothing.
public final class BpfLibrary: Sendable {
  private let object: [UInt8]
  private let table: [UInt8]
  private let simulation: [UInt8]
  private let version: String
  private let objectHash: String
  private let root: PinFolder
  // libbpf's log is one for the whole process.
  private let lock = Mutex(())

  /// Creates the library for the programs in `object`, the iterator in `table` and the balancer in `simulation` (ELF files), which
  /// call themselves `version`. `objectHash` identifies the object, at most 64 characters. `folder` is where the pins are.
  public init(
    object: [UInt8], table: [UInt8], simulation: [UInt8], version: String, objectHash: String,
    folder: String = BpfLibrary.folder
  ) {
    self.object = object
    self.table = table
    self.simulation = simulation
    self.version = version
    self.objectHash = objectHash
    root = PinFolder(path: folder)
  }

  /// Where everything of toa's is pinned.
  public static let folder = "/sys/fs/bpf/toa"

  /// Whether there are pins of toa's, working or not.
  public var hasPins: Bool { root.exists }

  /// The programs that are switched on; nil when none are.
  public func live() throws(BpfError) -> BpfLive? {
    guard let generation = try active() else { return nil }
    var live = try generation.read()
    live?.remains = generations.map(\.number).filter { $0 != generation.number }
    return live
  }

  /// Switches over to new programs with these settings.
  public func load(_ settings: BpfSettings) throws(BpfError) -> BpfLive {
    try locked { () throws(BpfError) in
      guard settings.cgroup.utf8.count <= toa_about.longestPath else {
        throw BpfError(operation: "open", subject: settings.cgroup, errno: ENAMETOOLONG)
      }
      let cgroup = try FileDescriptor(folder: settings.cgroup)
      try root.make()
      let old = try active()
      let new = Generation((generations.map(\.number).max() ?? 0) + 1, in: root)
      do throws(BpfError) {
        try build(new, settings, on: cgroup, takingOver: old)
      } catch {
        try? new.remove()
        if old == nil { try? removeEverything() }
        throw error
      }
      try switchOver(to: new.number)
      for generation in generations where generation.number != new.number { try generation.remove() }
      guard let live = try new.read() else {
        throw BpfError(operation: "read", subject: new.folder.path, errno: ENOENT)
      }
      return live
    }
  }

  /// Switches everything off at once and removes all pins.
  public func remove() throws(BpfError) {
    try locked { () throws(BpfError) in try removeEverything() }
  }

  /// The counters of the programs that are switched on; nil when none are.
  public func counters() throws(BpfError) -> [BpfCounter]? {
    guard let generation = try active(), let map = generation.folder.open("counters") else { return nil }
    let counters = BpfMap(descriptor: map.number, name: "counters")
    let known = Int(try counters.information().max_entries)
    var result: [BpfCounter] = []
    for (index, name) in BpfCounter.names.prefix(known).enumerated() {
      result.append(BpfCounter(name: name, perCPU: try counters.perCPU(of: UInt32(index))))
    }
    return result
  }

  /// The connections that have a client address, of all network namespaces.
  public func connections() throws(BpfError) -> [BpfConnection] {
    try locked { () throws(BpfError) in
      guard let generation = try active(), let map = generation.folder.open("clients") else { return [] }
      let iterator = try BpfObject(table, name: "toa_table")
      try iterator.load()
      let values = try iterator.iterate("toa_table", over: BpfMap(descriptor: map.number, name: "clients"))
      return BpfConnection.all(in: try values.readAll("the connections"))
    }
  }

  /// Has the kernel verify each program and forgets it again.
  public func probe() -> [BpfProbe] {
    let hooks = BpfHook.allCases.map { hook in
      answer(hook.rawValue) { () throws(BpfError) in
        let programs = try BpfObject(object, name: "toa_probe")
        for other in BpfHook.allCases { try programs.setLoads(other.programName, other == hook) }
        try programs.load()
      }
    }
    let iterator = answer("table") { () throws(BpfError) in try BpfObject(table, name: "toa_probe").load() }
    return hooks + [iterator]
  }

  /// The programs on our hooks at a cgroup, those of the cgroups above included.
  public func attachments(_ cgroup: String) throws(BpfError) -> [BpfAttachment] {
    let folder = try FileDescriptor(folder: cgroup)
    var result: [BpfAttachment] = []
    for hook in BpfHook.allCases { result += try BpfAttachment.all(on: hook, folder) }
    return result
  }

  /// Has the connections that programs of a cgroup (absolute path) open carry an option, until the value has gone. `inSyn`: in the
  /// SYN, too.
  public func simulate(_ option: TCPOption, inSyn: Bool, _ cgroup: String) throws(BpfError) -> BpfSimulation {
    try locked { () throws(BpfError) in
      let attached = try AttachedSimulation(simulation, option, inSyn: inSyn, FileDescriptor(folder: cgroup))
      return BpfSimulation { () throws(BpfError) in try attached.totals() }
    }
  }

  private func answer(_ program: String, _ load: () throws(BpfError) -> Void) -> BpfProbe {
    do throws(BpfError) {
      try locked(load)
      return BpfProbe(program: program, errno: nil)
    } catch {
      return BpfProbe(program: program, errno: error.errno, log: error.log)
    }
  }

  private func build(
    _ new: Generation, _ settings: BpfSettings, on cgroup: borrowing FileDescriptor, takingOver old: Generation?
  ) throws(BpfError) {
    let programs = try BpfObject(object, name: "toa")
    try programs.setLoads(BpfHook.getsockopt.programName, settings.getsockopt)
    try programs.setConstant(section: ".rodata.generation", new.number)
    let hasControl = root.names.contains("control")
    if hasControl { try reuseControl(programs) }
    for name in ["clients", "counters"] {
      guard let map = old?.folder.open(name) else { continue }
      try programs.reuse(name, BpfMap(descriptor: map.number, name: name))
    }
    try programs.load()
    try Generation.write(
      settings, toa_about(generation: new.number, version: version, object: objectHash, settings: settings),
      to: programs)
    if !hasControl { try programs.pin(map: "control", at: root.path("control")) }
    try new.folder.make()
    for name in Generation.maps { try programs.pin(map: name, at: new.folder.path(name)) }
    for hook in BpfHook.wanted(getsockopt: settings.getsockopt) {
      try programs.attach(hook, to: cgroup, at: new.folder.path(hook.rawValue))
    }
  }

  private func reuseControl(_ programs: borrowing BpfObject) throws(BpfError) {
    let control = try openControl()
    try programs.reuse("control", BpfMap(descriptor: control.number, name: "control"))
  }

  private func openControl() throws(BpfError) -> FileDescriptor {
    guard let control = root.open("control") else {
      throw BpfError(operation: "open", subject: root.path("control"), errno: errno)
    }
    return control
  }

  /// The one write that turns programs on or off.
  private func switchOver(to number: UInt32) throws(BpfError) {
    let control = try openControl()
    try BpfMap(descriptor: control.number, name: "control").set(UInt32(0), toa_control(generation: number))
  }

  private func removeEverything() throws(BpfError) {
    guard root.exists else { return }
    if root.names.contains("control") { try switchOver(to: 0) }
    for generation in generations { try generation.remove() }
    try root.remove()
  }

  /// The generation that works; nil when none does.
  private func active() throws(BpfError) -> Generation? {
    guard let control = root.open("control") else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw BpfError(operation: "open", subject: root.path("control"), errno: errno)
      }
      return nil
    }
    let map = BpfMap(descriptor: control.number, name: "control")
    guard let now = try map.value(of: UInt32(0), startingWith: toa_control()), now.generation != 0 else { return nil }
    return Generation(now.generation, in: root)
  }

  private var generations: [Generation] { root.names.compactMap { UInt32($0) }.map { Generation($0, in: root) } }

  private func locked<Value: Sendable>(_ body: () throws(BpfError) -> Value) throws(BpfError) -> Value {
    try lock.withLock { _ throws(BpfError) in try body() }
  }
}
