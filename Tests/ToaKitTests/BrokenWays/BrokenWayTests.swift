// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ToaKit

@Suite struct BrokenWayTests {
  private func findings(_ host: DoctorHost) async throws -> [Finding] {
    await Doctor().examine(try await host.context())
  }

  @Test(arguments: HealthyHost.allCases) func `doctor finds nothing bad on a healthy`(_ host: HealthyHost) async throws
  {
    let bad = try await findings(try host.make()).filter(\.isBad)
    #expect(bad.isEmpty, "\(bad.map { "\($0.id) \($0.observed) \($0.evidence)" })")
  }

  @Test(arguments: BrokenWay.all) func `doctor names first`(_ way: BrokenWay) async throws {
    var host = try way.host.make()
    try way.breaks(&host)
    let findings = try await findings(host)
    let cause = try #require(findings.cause, "nothing bad was found")
    #expect(cause.id == way.cause, "\(findings.filter(\.isBad).map { "\($0.id) \($0.status) \($0.observed)" })")
    #expect(cause.owner == way.owner)
    #expect(!cause.evidence.isEmpty)
    #expect(cause.fix.contains { $0.contains(" ") }, "a bad finding says what to type")
  }
}
