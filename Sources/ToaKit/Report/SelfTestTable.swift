// SPDX-License-Identifier: Apache-2.0
internal import SelfTest

/// The cases of a self-test for people: every address in a column of its own, or on a terminal where that does not fit, one
/// column for those that are as expected.
struct SelfTestTable {
  private let cases: [SelfTestCase]
  private let console: Console

  init(_ cases: [SelfTestCase], _ console: Console) {
    self.cases = cases
    self.console = console
  }

  /// The lines to print.
  var lines: [String] {
    let table = whole
    let isTooWide = console.terminal.outIsTerminal && table.width > console.terminal.width
    return isTooWide ? narrow.lines(console) + leftOut : table.lines(console)
  }

  private var whole: Table {
    var table = Table(["case", "expected", "accept", "getpeername", "result"])
    for one in cases {
      table.add([
        Table.Cell(one.name), Table.Cell(one.expected), Table.Cell(one.accepted, style(one, one.accepted)),
        Table.Cell(one.peerName, style(one, one.peerName)), verdict(one),
      ])
    }
    return table
  }

  private var narrow: Table {
    var table = Table(["case", "expected", "result"])
    for one in cases where one.skipped == nil && one.outcome != .limited {
      table.add([Table.Cell(one.name), Table.Cell(one.expected), verdict(one)])
      guard !one.passed else { continue }
      for (call, seen) in [("accept", one.accepted), ("getpeername", one.peerName)] {
        table.add([Table.Cell("  \(call) gave"), Table.Cell(seen.isEmpty ? "nothing" : seen, style(one, seen))])
      }
    }
    return table
  }

  /// The cases that did not run, and those that the backend cannot pass, by their reasons.
  private var leftOut: [String] {
    let reasons = cases.compactMap(Self.reason).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return reasons.flatMap { reason in
      let names = cases.filter { Self.reason($0) == reason }.map(\.name).joined(separator: ", ")
      return [reason] + console.wrapped(names).map { "  " + $0 }
    }.map { console.styled($0, .faint) }
  }

  private static func reason(_ one: SelfTestCase) -> String? {
    switch one.outcome {
    case .skipped: "not applicable: \(one.skipped ?? "")"
    case .limited: "as expected, the load balancer: \(one.limit ?? "")"
    default: nil
    }
  }

  private func style(_ one: SelfTestCase, _ seen: String) -> Console.Style? {
    one.outcome == .failed && seen != one.expected && one.bySocketOption == nil ? .bad : nil
  }

  private func verdict(_ one: SelfTestCase) -> Table.Cell {
    if let reason = Self.reason(one) { return Table.Cell(reason, .faint) }
    if one.outcome == .beyondLimit { return Table.Cell("ok, which was not expected", .warning) }
    if one.passed { return Table.Cell(one.bySocketOption == nil ? "ok" : "ok, by getsockopt", .good) }
    return Table.Cell(one.failure.map { "failed: \($0)" } ?? "failed", .bad)
  }
}
