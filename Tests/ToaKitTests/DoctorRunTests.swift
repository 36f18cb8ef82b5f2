// SPDX-License-Identifier: Apache-2.0
import Host
import Testing
import ToaKit

@Suite struct DoctorRunTests {
  @Test func `a healthy host with toa has no warning and no error`() async throws {
    let host = try DoctorHost()
    let findings = await Doctor().examine(try await host.context())
    let odd = findings.filter { ![.ok, .info].contains($0.status) }
    #expect(odd.isEmpty, "\(odd)")
    #expect(findings.map(\.id) == Check.all.map(\.id))
  }

  @Test func `a healthy host without toa has no warning, no error and is told to install`() async throws {
    let findings = await Doctor().examine(try await DoctorHost(.bare).context())
    let bad = findings.filter { [.warning, .error, .crashed].contains($0.status) }
    #expect(bad.isEmpty, "\(bad)")
    #expect(findings.first { $0.id == "MOD01" }?.fix == ["toa install"])
  }
}
