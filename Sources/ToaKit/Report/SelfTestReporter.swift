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

  /// Runs the cases and prints them; throws only when the test could not be set up, or a file cannot be written.
  public func run(_ request: SelfTestRequest = SelfTestRequest()) async throws(ToaError) -> SelfTestDocument {
    let only = request.only
    let report = try await report(request)
    if !only.isEmpty && report.cases.count != only.count {
      let known = Set(report.cases.map(\.name))
      throw ToaError(
        .usage, "no self-test case is called \(only.filter { !known.contains($0) }.joined(separator: ", "))",
        next: ["toa selftest --all lists the names"])
    }
    for line in SelfTestTable(report.cases, console).lines { console.print(line) }
    console.print()
    for one in report.cases where one.outcome == .beyondLimit {
      console.say("\(one.name) named the client, which was not expected: \(one.limit ?? "")", .warning)
    }
    console.print(Self.summary(report, console, profile: request.profile))
    if let path = request.junit { try system.write(Self.junit(report), to: path) }
    return SelfTestDocument(passed: report.passed, milliseconds: report.milliseconds, cases: report.cases)
  }

  /// Runs the cases without printing the table.
  public func report(_ request: SelfTestRequest = SelfTestRequest()) async throws(ToaError) -> SelfTestReport {
    let profile = try parsedProfile(request.profile)
    let live = try Backend.live(system)
    let options = SelfTestOptions(
      only: request.only, trusted: live?.trusted.flatMap { try? TrustList(parsing: $0) },
      abilities: live?.abilities ?? .basic, profile: profile, isWhole: request.isWhole)
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
  static func summary(_ report: SelfTestReport, _ console: Console, profile: String? = nil) -> String {
    func count(_ outcome: SelfTestOutcome) -> Int { report.cases.count { $0.outcome == outcome } }
    let (failed, skipped, limited) = (count(.failed), count(.skipped), count(.limited))
    let tail =
      (limited == 0 ? "" : ", \(limited) as expected of this backend")
      + (skipped == 0 ? "" : ", \(skipped) not applicable")
    let next = profile.map { "toa status shows the profile in force; toa load --profile \($0)" } ?? "toa doctor"
    return failed == 0 && report.passed
      ? console.styled("\(report.cases.count - skipped - limited) cases passed", .good)
        + "\(tail), in \(report.milliseconds) ms"
      : console.styled("\(failed) of \(report.cases.count) cases failed", .bad) + "\(tail); next: \(next)"
  }

  /// The cases as a test suite.
  private static func junit(_ report: SelfTestReport) -> JUnitReport {
    JUnitReport(
      suite: "toa selftest",
      cases: report.cases.map { one in
        let seen =
          "expected \(one.expected), accept \(one.accepted), getpeername \(one.peerName)"
          + (one.bySocketOption.map { ", getsockopt \($0)" } ?? "")
        let result: JUnitReport.Result =
          switch one.outcome {
          case .passed, .beyondLimit: .passed
          case .failed: .failed(one.failure ?? "wrong address", detail: seen)
          case .skipped: .skipped(one.skipped ?? "")
          case .limited: .skipped("expected: \(one.limit ?? "")")
          }
        let output = one.outcome == .beyondLimit ? "not expected: \(one.limit ?? "")" : ""
        return JUnitReport.Case(
          group: "selftest", name: one.name, microseconds: one.microseconds, result: result, output: output)
      })
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
