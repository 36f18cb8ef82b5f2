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
  /// Id of the finding to mend first; null when nothing is bad.
  public let cause: OrNull<String>
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

  /// Runs the checks, with a request also those that look at a capture, and prints their findings, the bad ones with their fix.
  public func examine(
    kernel: String?, only: [String], skip: [String], capture: CaptureRequest? = nil
  ) async throws(ToaError) -> DoctorDocument {
    let selection = Doctor.Selection(only: only, skip: skip)
    let unknown = doctor.unknown(selection)
    guard unknown.isEmpty else {
      throw ToaError(
        .usage, "no check or group is called \(unknown.joined(separator: ", "))", next: ["toa doctor --list"])
    }
    let context = try await DoctorContext.gather(system, kernel: kernel, capture: capture)
    if let capture {
      if capture.read == nil {
        console.say(capture.announcement)
      }
      // A file that cannot be read is no finding about this host.
      else if case .failure(let error)? = await context.watch?.outcome {
        throw error
      }
    }
    let findings = await doctor.examine(context, selection)
    FindingsText(console).show(findings, kernel: context.facts.target.text, verdict: Self.verdict(findings))
    return DoctorDocument(
      kernel: context.facts.target.text, verdict: Self.verdict(findings),
      summary: Dictionary(findings.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +),
      cause: OrNull(findings.cause?.id), findings: findings)
  }

  /// Prints the ids and titles of all checks.
  public func list() {
    if console.json {
      console.answer(CheckList(checks: doctor.checks.map { .init(id: $0.id, group: $0.group, title: $0.title) }))
    }
    var table = Table(["check", "group", "looks at"])
    for check in doctor.checks {
      table.add([Table.Cell(check.id), Table.Cell(check.group.heading), Table.Cell(check.title)])
    }
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
      for line in Self.reflowed(String(paragraph), console) { console.print("  " + line) }
    }
  }

  /// A paragraph as lines that fit: prose is wrapped, lines that begin with blanks are commands and stay as they are.
  static func reflowed(_ paragraph: String, _ console: Console) -> [String] {
    var lines: [String] = []
    var prose = ""
    func finish() {
      lines += console.wrapped(prose)
      prose = ""
    }
    for line in paragraph.split(separator: "\n") {
      if line.hasPrefix("  ") {
        finish()
        lines.append(String(line))
      } else {
        prose += (prose.isEmpty ? "" : " ") + line
      }
    }
    finish()
    return lines
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
