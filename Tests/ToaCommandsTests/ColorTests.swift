// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ToaKit

/// Colours: only on a terminal, and never where the user does not want them.
struct ColorTests {
  private func status(_ arguments: String, isTerminal: Bool, color: Bool) async throws -> String {
    let host = try FakeHost()
    try await host.install()
    let transcript = Transcript()
    let system = host.system.with(transcript, isTerminal: isTerminal, color: color)
    return await Screen.of(arguments, system, transcript).out
  }

  @Test func `a terminal gets colours`() async throws {
    let out = try await status("status", isTerminal: true, color: true)
    #expect(out.hasPrefix("\u{1B}[32mtoa.ko is loaded\u{1B}[0m\n"))
  }

  @Test func `a pipe, NO_COLOR, --no-color and --json get none`() async throws {
    for (arguments, isTerminal, color) in [
      ("status", false, true), ("status", true, false), ("status --no-color", true, true),
      ("status --json", true, true),
    ] {
      let out = try await status(arguments, isTerminal: isTerminal, color: color)
      #expect(out.contains("toa.ko is loaded") || out.contains("toa.status/1"))
      #expect(!out.contains("\u{1B}"), "\(arguments), terminal \(isTerminal), colours \(color)")
    }
  }

  @Test func `an error is marked red on a terminal`() async throws {
    let host = try FakeHost()
    let transcript = Transcript()
    let screen = await Screen.of("stats", host.system.with(transcript, isTerminal: true, color: true), transcript)
    #expect(screen.err.hasPrefix("\u{1B}[31merror:\u{1B}[0m there are no counters"))
  }
}
