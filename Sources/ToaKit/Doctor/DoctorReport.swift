// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What `toa doctor` answers.
public struct DoctorDocument: Document {
  /// Shape of the document.
  public let schema = "toa.doctor/1"
  /// Version of toa.
  public let tool = toaVersion
  /// Kernel release that was looked at.
  public let kernel: String
  /// "ok", "degraded" (warnings) or "broken" (errors).
  public let verdict: String
  /// Number of findings of each status.
  public let summary: [String: Int]
  /// The findings in the order of the checks.
  public let findings: [Finding]
}

/// The verb `doctor`.
public struct DoctorReport: Sendable {
  let system: System
  let console: Console
  let doctor: Doctor

  /// Creates the service.
  public init(_ system: System, _ console: Console, doctor: Doctor = Doctor()) {
    self.system = system
    self.console = console
    self.doctor = doctor
  }

  /// Runs the checks and prints their findings, the bad ones with their fix.
  public func examine(kernel: String?, only: [String], skip: [String]) async throws(ToaError) -> DoctorDocument {
    let selection = Doctor.Selection(only: only, skip: skip)
    let unknown = doctor.unknown(selection)
    guard unknown.isEmpty else {
      throw ToaError(
        .usage, "no check or group is called \(unknown.joined(separator: ", "))", next: ["toa doctor --list"])
    }
    let context = try await DoctorContext.gather(system, kernel: kernel)
    let findings = await doctor.examine(context, selection)
    show(findings, kernel: context.facts.target.text)
    return DoctorDocument(
      kernel: context.facts.target.text, verdict: Self.verdict(findings),
      summary: Dictionary(findings.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +), findings: findings)
  }

  /// Prints the ids and titles of all checks.
  public func list() {
    if console.json {
      console.answer(CheckList(checks: doctor.checks.map { .init(id: $0.id, group: $0.group, title: $0.title) }))
    }
    var table = Table(["check", "looks at"])
    for check in doctor.checks { table.add([Table.Cell(check.id), Table.Cell(check.title)]) }
    for line in table.lines(console) { console.print(line) }
  }

  /// Prints the page of one check.
  public func explain(_ id: String) throws(ToaError) {
    guard let check = doctor.checks.first(where: { $0.id == id.uppercased() }) else {
      throw ToaError(.usage, "no check is called \(id)", next: ["toa doctor --list"])
    }
    console.answer(Explanation(id: check.id, title: check.title, explanation: check.explanation))
    console.print(console.styled("\(check.id) \(check.title)", .strong))
    for paragraph in check.explanation.split(separator: "\n\n") {
      console.print()
      for line in console.wrapped(String(paragraph)) { console.print("  " + line) }
    }
  }

  private func show(_ findings: [Finding], kernel: String) {
    for group in Check.Group.allCases {
      let members = findings.filter { $0.group == group }
      guard !members.isEmpty else { continue }
      console.print(console.styled(group.heading, .strong))
      for finding in members { show(finding) }
    }
    console.print()
    let counts = Dictionary(grouping: findings, by: \.status).mapValues(\.count)
    let parts = [(Finding.Status.error, "error"), (.crashed, "crashed check"), (.warning, "warning")].compactMap {
      status, word in counts[status].map { "\($0) \(word)\($0 == 1 ? "" : "s")" }
    }
    console.print(
      parts.isEmpty
        ? console.styled("All is well for kernel \(kernel).", .good)
        : console.styled(
          "\(parts.joined(separator: ", ")) for kernel \(kernel).", Self.verdict(findings) == "broken" ? .bad : .warning
        ))
  }

  private func show(_ finding: Finding) {
    let (mark, style): (String, Console.Style?) =
      switch finding.status {
      case .ok: ("ok", .good)
      case .info: ("info", nil)
      case .warning: ("warn", .warning)
      case .error: ("ERROR", .bad)
      case .skipped: ("skip", .faint)
      case .crashed: ("CRASH", .bad)
      }
    let padding = String(repeating: " ", count: 5 - mark.count)
    let label = (style.map { console.styled(mark, $0) } ?? mark) + padding
    let lines = console.wrapped("\(finding.title): \(finding.observed)", indent: 16)
    console.print("  \(label)  \(finding.id)  \(lines.first ?? "")")
    for line in lines.dropFirst() { console.print("                \(line)") }
    guard [.warning, .error, .crashed].contains(finding.status) else { return }
    if let expected = finding.expected { console.print("                expected: \(expected)") }
    for evidence in finding.evidence { console.print(console.styled("                \(evidence)", .faint)) }
    for fix in finding.fix { console.print("                -> \(fix)") }
  }

  private static func verdict(_ findings: [Finding]) -> String {
    let statuses = Set(findings.map(\.status))
    if statuses.contains(.error) || statuses.contains(.crashed) { return "broken" }
    return statuses.contains(.warning) ? "degraded" : "ok"
  }
}

private struct CheckList: Document {
  struct Item: Encodable, Sendable {
    let id: String
    let group: Check.Group
    let title: String
  }
  let schema = "toa.checks/1"
  let checks: [Item]
}

private struct Explanation: Document {
  let schema = "toa.check/1"
  let id: String
  let title: String
  let explanation: String
}
