// SPDX-License-Identifier: Apache-2.0
internal import Capture

/// Prints findings for people: a line for each that is well, what was seen and what to type for each that is not.
struct FindingsText: Sendable {
  let console: Console

  init(_ console: Console) { self.console = console }

  /// Column at which every text begins.
  private static let margin = 14
  /// As many checks as are skipped for one reason are told in one line.
  private static let few = 4

  func show(_ findings: [Finding], kernel: String, verdict: String) {
    let reasons = Dictionary(grouping: findings.filter { $0.status == .skipped }, by: \.observed)
    let folded = console.loudness > .normal ? [] : Set(reasons.filter { $0.value.count >= Self.few }.keys)
    for group in Check.Group.allCases {
      let members = findings.filter { finding in
        finding.group == group && isShown(finding) && !(finding.status == .skipped && folded.contains(finding.observed))
      }
      guard !members.isEmpty else { continue }
      console.print(console.styled(group.heading, .strong))
      for finding in members { show(finding) }
    }
    if console.loudness >= .normal, !folded.isEmpty {
      console.print(console.styled("left out", .strong))
      for reason in folded.sorted() {
        show(.skipped, "", "\(reasons[reason]?.count ?? 0) checks: \(reason)")
      }
    }
    if console.loudness >= .normal || verdict != "ok" { conclude(findings, kernel, verdict) }
  }

  private func isShown(_ finding: Finding) -> Bool { console.loudness >= .normal || finding.isBad }

  /// The verdict and the bad findings once more, by name: the list above may have left the screen.
  private func conclude(_ findings: [Finding], _ kernel: String, _ verdict: String) {
    console.print()
    guard verdict != "ok" else { return praise(findings, kernel) }
    let counts: [(Finding.Status, String)] = [(.error, "error"), (.crashed, "crashed check"), (.warning, "warning")]
    let parts = counts.compactMap { status, word -> String? in
      let found = findings.filter { $0.status == status }
      guard !found.isEmpty else { return nil }
      return "\(found.count) \(word)\(found.count == 1 ? "" : "s") (\(found.map(\.id).joined(separator: ", ")))"
    }
    let text = "\(parts.joined(separator: ", ")) for kernel \(kernel)."
    for line in console.wrapped(text, indent: 0) {
      console.print(console.styled(line, verdict == "broken" ? .bad : .warning))
    }
    guard let cause = findings.cause else { return }
    for (number, line) in console.wrapped("\(cause.id), \(cause.observed)", indent: 7).enumerated() {
      console.print((number == 0 ? "Cause: " : blanks(7)) + line)
    }
    console.print("Who:   \(cause.owner.rawValue)")
    if let next = cause.fix.first { console.print("Next:  \(next)") }
    console.print("More:  toa doctor --explain \(cause.id)")
  }

  /// Without errors and warnings: all is well only where toa is loaded.
  private func praise(_ findings: [Finding], _ kernel: String) {
    let backends = findings.filter { $0.id == Check.loaded.id || $0.id == Check.bpfLive.id }
    if let name = backends.first(where: { $0.status == .ok })?.group {
      let with = name == .bpf ? " with eBPF" : ""
      return console.print(console.styled("All is well for kernel \(kernel)\(with).", .good))
    }
    console.print(console.styled("No error and no warning for kernel \(kernel).", .good))
    let next = backends.lazy.filter { $0.status == .info }.compactMap(\.fix.first).first
    if let next { console.print("Next: \(next)") }
  }

  private func show(_ finding: Finding) {
    show(finding.status, finding.id, "\(finding.title): \(finding.observed)")
    if finding.isBad || console.loudness > .normal {
      if let expected = finding.expected { add("expected: \(expected)") }
      for evidence in finding.evidence { add("seen: \(evidence)", .faint) }
    }
    // Commands are not broken, so that they can be copied.
    for fix in finding.fix { console.print(blanks(Self.margin) + "-> \(fix)") }
  }

  private func show(_ status: Finding.Status, _ id: String, _ text: String) {
    let (mark, style): (String, Console.Style?) =
      switch status {
      case .ok: ("ok", .good)
      case .info: ("info", nil)
      case .warning: ("warn", .warning)
      case .error: ("ERROR", .bad)
      case .skipped: ("skip", .faint)
      case .crashed: ("CRASH", .bad)
      }
    let label = (style.map { console.styled(mark, $0) } ?? mark) + blanks(5 - mark.count)
    var lines = console.wrapped(text, indent: Self.margin)
    let first = lines.isEmpty ? "" : lines.removeFirst()
    console.print("  \(label) \(id)\(blanks(6 - id.count))\(first)")
    for line in lines { console.print(blanks(Self.margin) + line) }
  }

  private func add(_ text: String, _ style: Console.Style? = nil) {
    for line in console.wrapped(text, indent: Self.margin) {
      console.print(blanks(Self.margin) + (style.map { console.styled(line, $0) } ?? line))
    }
  }

  private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
