// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host
public import SelfTest
internal import Wire

/// What `toa selftest` answers.
public struct SelfTestDocument: Document {
  /// Shape of the document.
  public let schema = "toa.selftest/1"
  /// Whether every case that could run passed.
  public let passed: Bool
  /// Wall time in milliseconds.
  public let milliseconds: Int
  /// Every case with what was expected and what was observed.
  public let cases: [SelfTestCase]
}

/// The verb `selftest`, and the proof at the end of `install`.
public struct SelfTestReporter: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Runs the cases and prints them; throws only when the test could not be set up.
  public func run(only: [String] = []) async throws(ToaError) -> SelfTestDocument {
    let report = try await report(only: only)
    if !only.isEmpty && report.cases.count != only.count {
      let known = Set(report.cases.map(\.name))
      throw ToaError(
        .usage, "no self-test case is called \(only.filter { !known.contains($0) }.joined(separator: ", "))",
        next: ["toa selftest lists the names"])
    }
    for line in SelfTestTable(report.cases, console).lines { console.print(line) }
    console.print()
    console.print(Self.summary(report, console))
    return SelfTestDocument(passed: report.passed, milliseconds: report.milliseconds, cases: report.cases)
  }

  /// Runs every case without printing the table.
  public func report(only: [String] = []) async throws(ToaError) -> SelfTestReport {
    let live = try Backend.live(system)
    let options = SelfTestOptions(
      only: only, trusted: live?.trusted.flatMap { try? TrustList(parsing: $0) }, abilities: live?.abilities ?? .basic)
    guard let cgroup = live?.cgroup else { return try await connect(options) }
    return try await SelfTestCgroup(system, console).inside(cgroup) { () throws(ToaError) in try await connect(options)
    }
  }

  private func connect(_ options: SelfTestOptions) async throws(ToaError) -> SelfTestReport {
    do throws(SelfTestError) {
      return try await system.selfTest(options)
    } catch {
      throw Self.explain(error)
    }
  }

  /// The last line: how many of how many, in which time.
  static func summary(_ report: SelfTestReport, _ console: Console) -> String {
    let failed = report.cases.filter(\.failed).count
    let skipped = report.cases.filter { $0.skipped != nil }.count
    let tail = skipped == 0 ? "" : ", \(skipped) not applicable"
    return failed == 0 && report.passed
      ? console.styled("\(report.cases.count - skipped) cases passed", .good) + "\(tail), in \(report.milliseconds) ms"
      : console.styled("\(failed) of \(report.cases.count) cases failed", .bad) + "\(tail); next: toa doctor"
  }

  private static func explain(_ error: SelfTestError) -> ToaError {
    let next =
      switch error.errno {
      case EPERM, EACCES: ["sudo toa selftest (it needs CAP_SYS_ADMIN and CAP_NET_ADMIN)"]
      case ENOENT, ENODEV, ENXIO: ["modprobe tun", "toa selftest"]
      default: ["toa doctor"]
      }
    return ToaError(
      .refused, "the self-test cannot start: cannot \(error.step)", why: errorText(error.errno), next: next)
  }
}
