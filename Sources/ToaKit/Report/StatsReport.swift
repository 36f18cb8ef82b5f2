// SPDX-License-Identifier: Apache-2.0

/// What `toa stats` answers.
public struct StatsDocument: Document {
  /// Shape of the document.
  public let schema = "toa.stats/1"
  /// Which backend counts.
  public let backend: OrNull<Backend.Kind>
  /// Sum of each counter over the CPUs.
  public let totals: [String: UInt64]
  /// The counters as the kernel shows them.
  public let counters: Counters
}

/// The verb `stats`.
public struct StatsReport: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Reads and prints the counters.
  public func show(perCPU: Bool) throws(ToaError) -> StatsDocument {
    let live = try Backend.live(system)
    guard let counters = try live?.counters() ?? Counters.read(system) else {
      throw ToaError(
        .notApplicable, "there are no counters at \(Counters.path)",
        why: "no TOA is loaded, or this process is in a network namespace that does not show them",
        next: ["toa load", "in a container: run it on the host"])
    }
    let values = Array(1...(perCPU ? counters.cpus.count + 1 : 1))
    var table = Table(["counter", "total"] + (perCPU ? counters.cpus : []), rightAligned: Set(values))
    func add(_ counter: Counters.Counter, as name: String) {
      let cells = [counter.total] + (perCPU ? counter.perCPU : [])
      table.add(
        [Table.Cell(name)]
          + cells.map { Table.Cell("\($0)", Self.isProblem(counter.name) && $0 > 0 ? .warning : nil) })
    }
    for counter in counters.counters where counter.option == nil { add(counter, as: counter.name) }
    let options = counters.counters.filter { $0.option != nil }
    if !options.isEmpty { table.add([Table.Cell("clients by option", .strong)]) }
    for counter in options { add(counter, as: "  " + (counter.option ?? "")) }
    for line in table.lines(console) { console.print(line) }
    return StatsDocument(backend: OrNull(live?.kind), totals: counters.totals, counters: counters)
  }

  private static func isProblem(_ name: String) -> Bool {
    [
      "untrusted", "malformed", "alloc_failed", "table_full", "getname_toa_mismatch", "deferred_lost",
      "kretprobe_missed",
    ].contains(name)
  }
}
