// SPDX-License-Identifier: Apache-2.0
public import Host

/// What toa did to this machine: one JSON object a line, each on the disk before the step that it announces starts.
///
/// The journal is the only record that `uninstall` and the recovery after a kill read.
public struct Journal: Sendable {
  /// The folder that holds everything toa keeps: journal, build folders, debs.
  public static let folder = "/var/lib/toa"
  /// What lies in it and is no plan's: a key, and what the kernels' hooks keep, outlive an installation that failed.
  static let lasting: Set<String> = ["keys", "kernels"]
  /// Where the journal lies.
  public static let path = folder + "/journal"

  /// One line. Plans are numbered from 0 in the order of the journal, the steps of a plan from 0.
  public enum Record: Sendable, Equatable, Codable {
    /// A plan begins.
    case plan(Plan)
    /// A step is about to start; `facts` is what its undoing will need.
    case begin(plan: Int, step: Int, facts: [String])
    /// A step is done.
    case done(plan: Int, step: Int)
    /// A step is undone.
    case undone(plan: Int, step: Int)
    /// A plan is done and proven.
    case commit(plan: Int)
    /// The undoing of a whole plan begins: it no longer counts as installed, whatever happens next.
    case withdraw(plan: Int)
  }

  /// A plan with what became of its steps.
  public struct Entry: Sendable, Equatable {
    /// The plan's number in the journal.
    public let number: Int
    /// The plan.
    public internal(set) var plan: Plan
    /// Facts of each step that began and is not undone, by step number.
    public var standing: [Int: [String]] = [:]
    /// Numbers of the steps that reached their end and are not undone.
    public var finished: Set<Int> = []
    /// Whether the plan was committed and not withdrawn since.
    public var isCommitted = false

    /// The standing steps, last first: the order in which to undo.
    public var undoOrder: [(number: Int, step: Step, facts: [String])] {
      standing.keys.sorted(by: >).compactMap { number in
        plan.steps.indices.contains(number) ? (number, plan.steps[number], standing[number] ?? []) : nil
      }
    }
  }

  let files: FileRoot

  /// Creates a journal over a file tree.
  public init(_ files: FileRoot) { self.files = files }

  /// Every plan in the journal, oldest first, undone ones too. A last line that a kill cut short counts as not written.
  public func entries() -> [Entry] {
    guard let text = try? files.text(Self.path) else { return [] }
    var entries: [Entry] = []
    for line in text.split(separator: "\n") {
      switch jsonValue(Record.self, from: line) {
      case .plan(let plan): entries.append(Entry(number: entries.count, plan: plan))
      case .begin(let plan, let step, let facts): entries.change(plan) { $0.standing[step] = facts }
      case .done(let plan, let step): entries.change(plan) { $0.finished.insert(step) }
      case .undone(let plan, let step):
        entries.change(plan) {
          $0.standing[step] = nil
          $0.finished.remove(step)
        }
      case .commit(let plan): entries.change(plan) { $0.isCommitted = true }
      case .withdraw(let plan): entries.change(plan) { $0.isCommitted = false }
      case nil: break
      }
    }
    return entries
  }

  /// Adds a line and waits until it is on the disk.
  func add(_ record: Record) throws(FileError) {
    try files.makeDirectory(Self.folder, mode: 0o700)
    // A kill can leave a line without its end; a new line must not be glued to it.
    let glue = (try? files.bytes(Self.path)).map { !$0.isEmpty && $0.last != UInt8(ascii: "\n") } ?? false
    try files.append(Self.path, Array(((glue ? "\n" : "") + jsonText(record, pretty: false) + "\n").utf8))
  }

  /// Removes the folder, but for what lasts longer than the plans.
  func removeFolder() throws(FileError) {
    for name in files.list(Self.folder) where !Self.lasting.contains(name) {
      try files.remove(Self.folder + "/" + name)
    }
    if files.list(Self.folder).isEmpty { try files.remove(Self.folder) }
  }
}

extension [Journal.Entry] {
  /// The entries with each of toa's packages left to the oldest one that installed it, as later ones only replaced it: read
  /// backwards, no package then goes before another one that needs it.
  var withEachPackageOnce: [Journal.Entry] {
    var seen: Set<String> = []
    return map { entry in
      var entry = entry
      for number in entry.standing.keys.sorted() where entry.plan.steps.indices.contains(number) {
        guard case .installPackageFiles(var files) = entry.plan.steps[number] else { continue }
        files.names = files.names.filter { seen.insert($0).inserted }
        entry.plan.steps[number] = .installPackageFiles(files)
      }
      return entry
    }
  }

  fileprivate mutating func change(_ number: Int, _ body: (inout Element) -> Void) {
    if indices.contains(number) { body(&self[number]) }
  }
}
