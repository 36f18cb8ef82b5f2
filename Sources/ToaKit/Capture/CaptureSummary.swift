// SPDX-License-Identifier: Apache-2.0
internal import Capture

/// The end of a capture: how many connections came to what, and what to do.
struct CaptureSummary {
  private let totals: CaptureTotals
  private let session: CaptureSession
  private let next: [String]
  private let console: Console

  init(_ session: CaptureSession, _ next: [String], _ console: Console) {
    totals = session.totals
    self.session = session
    self.next = next
    self.console = console
  }

  func show() {
    guard !totals.counts.isEmpty else {
      console.print("No connection was opened.")
      if session.segmentsWithoutSYN > 0 {
        console.print(
          "\(session.segmentsWithoutSYN) segments belong to connections that were open before; the option comes when they are opened."
        )
      }
      return sayLost()
    }
    console.print()
    var table = Table(["connections", "", "owner"], rightAligned: [0])
    for cause in totals.ranked {
      let style: Console.Style? = cause == .delivered ? .good : cause.isComplete ? .bad : nil
      table.add(["\(totals.counts[cause] ?? 0)", Table.Cell(cause.summary, style), "\(cause.owner?.rawValue ?? "-")"])
    }
    for line in table.lines(console) { console.print(line) }
    console.print()
    console.print(verdict)
    for step in next { console.print("  -> \(step)") }
    sayLost()
  }

  private var verdict: String {
    guard totals.complete > 0 else { return "No connection was completed." }
    if totals.delivered == totals.complete {
      return console.styled("Every connection names its client.", .good)
        + " If applications do not see it, the cause is on this host: toa doctor"
    }
    let main = totals.main
    let sentence = main.flatMap { totals.examples[$0]?.verdict.sentence } ?? ""
    return console.styled(
      "\(totals.complete - totals.delivered) of \(totals.complete) connections do not give their client", .bad)
      + (main?.owner.map { " (\($0.rawValue))" } ?? "") + ": " + sentence + "."
  }

  private func sayLost() {
    guard session.lost > 0 else { return }
    console.say(
      "\(session.lost) packets were lost, as they were not read in time; name a port or an interface.", .warning)
  }
}
