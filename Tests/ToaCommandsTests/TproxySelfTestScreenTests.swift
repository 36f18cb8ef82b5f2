// SPDX-License-Identifier: Apache-2.0
import Host
import Testing
import ToaCommands

@testable import ToaKit

@Suite struct TproxySelfTestScreenTests {
  private func run(_ arguments: String, _ host: StagedHost) async -> Screen {
    await Screen.of("tproxy selftest \(arguments)", host.system, host.transcript)
  }

  @Test func `what works is shown by protocol, with the control`() async throws {
    let screen = await run("", try await StagedHost(TransparentSettings()))
    #expect(
      screen
        == Screen(
          status: 0,
          out: """
            case                expected        server saw              answer     result
            ipv4-without-rules  no answer       -                       -          ok
            ipv6-without-rules  no answer       -                       -          ok
            ipv4                198.18.1.2      198.18.1.2:50000        came back  ok
            ipv6                fd74:6f61::1:2  [fd74:6f61::1:2]:50000  came back  ok

            The server sees the client's address, and its answers come back to the proxy,
            over IPv4 and IPv6.

            """, err: ""))
  }

  @Test func `a missing part ends with 15, its name and the command that makes it`() async throws {
    let screen = await run("--only ipv6", try await StagedHost(TransparentSettings(), missing: [.rule(.ipv6)]))
    #expect(
      screen
        == Screen(
          status: 15,
          out: """
            case                expected        server saw  answer  result
            ipv6-without-rules  no answer       -           -       ok
            ipv6                fd74:6f61::1:2  -           -       failed: the server's answer did not come back to the proxy

            The IPv6 rule that looks marked packets up in their table is missing on this
            host (host).
              -> toa tproxy enable
              -> toa tproxy status

            """, err: ""))
  }

  @Test func `the same is a document and a JUnit report`() async throws {
    let host = try await StagedHost(TransparentSettings(), missing: [.route(.ipv4)])
    let screen = await run("--json --junit /tproxy.xml", host)
    #expect(screen.status == 15 && screen.out.contains("\"schema\" : \"toa.tproxy-selftest/1\""))
    #expect(screen.out.contains("\"tested\" : \"enabled\"") && screen.out.contains("\"cause\" : \"missing-parts\""))
    let report = try host.system.files.text("/tproxy.xml")
    #expect(report.contains("tests=\"4\" failures=\"1\""))
    #expect(report.contains("<testcase classname=\"tproxy\" name=\"ipv4\" time=\"0.000000\"><failure message="))
  }

  @Test func `another protocol than the two is refused with 64`() async {
    #expect(await Screen.of("tproxy selftest --only ipx").status == 64)
  }
}
