// SPDX-License-Identifier: Apache-2.0
/// `toa doctor --watch`: examines again and again until it is told to stop; shows all of it on a terminal, elsewhere what changed.
public struct DoctorWatch: Sendable {
  let system: System
  let console: Console
  let doctor: Doctor
  /// Waits so many seconds; false ends the watch.
  let pause: @Sendable (Int) async -> Bool

  /// Creates the service; `pause` is the wait between two looks, by default one that Ctrl-C ends.
  public init(
    _ system: System, _ console: Console, doctor: Doctor = Doctor(),
    pause: @escaping @Sendable (Int) async -> Bool = { seconds in
      (try? await Task.sleep(for: .seconds(seconds))) != nil
    }
  ) {
    self.system = system
    self.console = console
    self.doctor = doctor
    self.pause = pause
  }

  /// Examines every `interval` seconds and returns what was found last.
  public func watch(
    kernel: String?, only: [String], skip: [String], interval: Int
  ) async throws(ToaError) -> DoctorDocument {
    let redraws = !console.json && console.terminal.outIsTerminal
    var last: DoctorDocument?
    while true {
      let (document, text) = try await look(kernel, only, skip)
      // One that Ctrl-C came into did not see everything.
      if Task.isCancelled, let last { return last }
      if console.json {
        console.terminal.out(jsonText(document, pretty: false) + "\n")
      } else if redraws {
        console.terminal.out(Self.frame("\(Self.clock(system.now())) UTC, every \(interval) s, Ctrl-C ends\n\n" + text))
      } else if let last {
        for change in Self.changes(from: last, to: document) {
          console.print("\(Self.clock(system.now())) \(change)")
        }
      } else {
        console.terminal.out(text)
      }
      last = document
      guard await pause(interval), !Task.isCancelled else { return document }
    }
  }

  /// One examination, and what it prints.
  private func look(
    _ kernel: String?, _ only: [String], _ skip: [String]
  ) async throws(ToaError) -> (DoctorDocument, String) {
    var terminal = console.terminal
    let written = WrittenText()
    terminal.out = { written.add($0) }
    let report = DoctorReport(system, console.on(terminal), doctor: doctor)
    let document = try await report.examine(kernel: kernel, only: only, skip: skip)
    return (document, written.take())
  }

  /// The text at the place of the one before: from the top, each line up to its end, and nothing below.
  private static func frame(_ text: String) -> String {
    "\u{1B}[H" + text.replacing("\n", with: "\u{1B}[K\n") + "\u{1B}[J"
  }

  /// What is not as it was, a line each: how a check came out, or what a bad one says.
  static func changes(from old: DoctorDocument, to new: DoctorDocument) -> [String] {
    let before = Dictionary(old.findings.map { ($0.id, $0) }) { $1 }
    return new.findings.compactMap { finding in
      guard let earlier = before[finding.id] else { return nil }
      let isSame = earlier.status == finding.status && (!finding.isBad || earlier.observed == finding.observed)
      guard !isSame else { return nil }
      let fix = finding.isBad ? finding.fix.first.map { " -> \($0)" } ?? "" : ""
      return "\(finding.id) \(earlier.status.rawValue), now \(finding.status.rawValue): \(finding.observed)\(fix)"
    }
  }

  /// "13:05:09", of the day in UTC.
  static func clock(_ time: Int64) -> String {
    let parts = [time / 3600 % 24, time / 60 % 60, time % 60]
    return parts.map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: ":")
  }
}
