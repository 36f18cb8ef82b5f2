// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

struct JournalTests {
  static let plan = Plan(
    verb: "install", kernel: "6.1", steps: [.updatePackageLists(), .installPackages(["make"]), .loadModule("toa")])

  let tree: TestTree
  var journal: Journal { Journal(tree.root) }

  init() throws { tree = try TestTree() }

  private func add(_ records: Journal.Record...) throws { for record in records { try journal.add(record) } }

  @Test func `a host without a journal has no plans`() {
    #expect(journal.entries() == [])
  }

  @Test func `replay tells which steps began, which reached their end, and with which facts`() throws {
    try add(
      .plan(Self.plan), .begin(plan: 0, step: 0, facts: []), .done(plan: 0, step: 0),
      .begin(plan: 0, step: 1, facts: ["make", "libmake"]))
    let entry = try #require(journal.entries().first)
    #expect(entry.plan == Self.plan)
    #expect(entry.standing == [0: [], 1: ["make", "libmake"]])
    #expect(entry.finished == [0])
    #expect(!entry.isCommitted)
  }

  @Test func `steps are undone last first, and an undone one no longer stands`() throws {
    try add(
      .plan(Self.plan), .begin(plan: 0, step: 0, facts: []), .done(plan: 0, step: 0),
      .begin(plan: 0, step: 1, facts: ["make"]), .done(plan: 0, step: 1), .begin(plan: 0, step: 2, facts: []))
    #expect(journal.entries()[0].undoOrder.map(\.number) == [2, 1, 0])
    #expect(journal.entries()[0].undoOrder.map(\.step) == Self.plan.steps.reversed())
    #expect(journal.entries()[0].undoOrder[1].facts == ["make"])
    try add(.undone(plan: 0, step: 2))
    #expect(journal.entries()[0].undoOrder.map(\.number) == [1, 0])
    try add(.undone(plan: 0, step: 1), .undone(plan: 0, step: 0))
    #expect(journal.entries()[0].undoOrder.isEmpty)
    #expect(journal.entries()[0].finished == [])
  }

  @Test func `a plan counts as installed from its commit to its withdrawal`() throws {
    try add(.plan(Self.plan), .begin(plan: 0, step: 0, facts: []), .done(plan: 0, step: 0))
    #expect(!journal.entries()[0].isCommitted)
    try add(.commit(plan: 0))
    #expect(journal.entries()[0].isCommitted)
    try add(.withdraw(plan: 0))
    #expect(!journal.entries()[0].isCommitted)
    #expect(journal.entries()[0].standing == [0: []])
  }

  @Test func `plans are numbered in order and do not mix`() throws {
    var other = Self.plan
    other.kernel = "6.12"
    try add(.plan(Self.plan), .begin(plan: 0, step: 0, facts: ["a"]), .commit(plan: 0), .plan(other))
    try add(.begin(plan: 1, step: 1, facts: ["b"]))
    let entries = journal.entries()
    #expect(entries.map(\.number) == [0, 1])
    #expect(entries.map(\.plan.kernel) == ["6.1", "6.12"])
    #expect(entries.map(\.isCommitted) == [true, false])
    #expect(entries.map(\.standing) == [[0: ["a"]], [1: ["b"]]])
  }

  @Test func `a last line that a kill cut short counts as not written`() throws {
    try add(.plan(Self.plan), .begin(plan: 0, step: 0, facts: []))
    let whole = try tree.root.bytes(Journal.path)
    try add(.done(plan: 0, step: 0))
    let longer = try tree.root.bytes(Journal.path)
    for length in whole.count..<longer.count - 1 {
      try tree.root.write(Journal.path, Array(longer[..<length]))
      #expect(journal.entries()[0].finished == [], "cut after \(length) bytes")
      #expect(journal.entries()[0].standing == [0: []], "cut after \(length) bytes")
    }
  }

  @Test func `a line after a torn one stands on its own`() throws {
    try add(.plan(Self.plan), .begin(plan: 0, step: 0, facts: []))
    let whole = try tree.root.bytes(Journal.path)
    for torn in ["{\"done\":{\"pl", "{", "{\"done\":{\"plan\":0,\"step\":0}}"] {
      try tree.root.write(Journal.path, whole + Array(torn.utf8))
      try add(.begin(plan: 0, step: 1, facts: ["x"]))
      #expect(journal.entries()[0].standing == [0: [], 1: ["x"]], "after \(torn)")
    }
  }

  @Test(arguments: [
    "{\"begin\":{\"plan\":7,\"step\":0,\"facts\":[]}}", "{\"begin\":{\"plan\":0,\"step\":99,\"facts\":[]}}",
    "{\"begin\":{\"plan\":-1,\"step\":-1,\"facts\":[]}}", "{\"later\":{\"plan\":0}}", "\u{0}\u{0}\u{0}",
  ])
  func `a line of nonsense undoes nothing and breaks nothing`(line: String) throws {
    try add(.plan(Self.plan), .begin(plan: 0, step: 0, facts: []))
    try tree.root.append(Journal.path, Array((line + "\n").utf8))
    try add(.begin(plan: 0, step: 1, facts: ["x"]))
    #expect(journal.entries().count == 1)
    #expect(journal.entries()[0].undoOrder.map(\.number) == [1, 0])
  }

  @Test func `only root may read the journal, and each record is one line`() throws {
    try add(.plan(Self.plan), .begin(plan: 0, step: 1, facts: ["one\ntwo"]))
    #expect(tree.root.mode(Journal.folder) == 0o700)
    #expect(tree.root.mode(Journal.path) == 0o600)
    #expect(try tree.root.text(Journal.path).split(separator: "\n").count == 2)
    #expect(journal.entries()[0].standing == [1: ["one\ntwo"]])
  }
}
