// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import ToaKit

/// `toa doctor --watch`, with a wait in which the host changes.
struct DoctorWatchTests {
  /// Watches MOD01 and PER01 of a host through three looks: `rounds` is what happens before the second and the third.
  private func watch(
    isTerminal: Bool = false, json: Bool = false, _ rounds: [@Sendable (DoctorHost) throws -> Void]
  ) async throws -> (text: String, last: DoctorDocument) {
    let host = try DoctorHost()
    let transcript = Transcript()
    let system = host.whole.with(transcript, isTerminal: isTerminal).with(now: 47_109)
    let console = Console(system.terminal, json: json)
    let left = Mutex(rounds)
    let last = try await DoctorWatch(system, console) { seconds in
      #expect(seconds == 7)
      let next = left.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      guard let next else { return false }
      do { try next(host) } catch { Issue.record(error) }
      return true
    }.watch(kernel: nil, only: ["PER01", "KRN10"], skip: [], interval: 7)
    #expect(transcript.err.isEmpty)
    return (transcript.out, last)
  }

  private static let nothing: @Sendable (DoctorHost) throws -> Void = { _ in }
  private static let breaks: @Sendable (DoctorHost) throws -> Void = {
    try $0.tree.remove("/usr/lib/modules-load.d/toa.conf")
  }
  private static let mends: @Sendable (DoctorHost) throws -> Void = {
    try $0.tree.write("/usr/lib/modules-load.d/toa.conf", "toa\n")
  }

  @Test func `without a terminal the first look is shown, and then only what changed`() async throws {
    let (text, last) = try await watch([Self.nothing, Self.breaks, Self.nothing, Self.mends])
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count { $0.contains("No error and no warning") } == 1)
    #expect(
      lines.suffix(2) == [
        "13:05:09 PER01 ok, now warning: nothing loads toa.ko at boot -> echo toa > /etc/modules-load.d/toa.conf",
        "13:05:09 PER01 warning, now ok: /usr/lib/modules-load.d/toa.conf",
      ])
    #expect(last.verdict == "ok")
  }

  @Test func `the last look counts`() async throws {
    let (_, last) = try await watch([Self.breaks])
    #expect(last.verdict == "degraded" && last.cause.value == "PER01")
  }

  @Test func `on a terminal each look is drawn over the one before`() async throws {
    let (text, _) = try await watch(isTerminal: true, [Self.breaks])
    let frames = text.split(separator: "\u{1B}[H")
    #expect(frames.count == 2)
    #expect(frames.allSatisfy { $0.hasPrefix("13:05:09 UTC, every 7 s, Ctrl-C ends\u{1B}[K\n") })
    #expect(frames.allSatisfy { $0.hasSuffix("\u{1B}[J") })
    #expect(frames[1].contains("Cause: PER01") && !frames[0].contains("Cause:"))
  }

  @Test func `in JSON each look is one line`() async throws {
    let (text, _) = try await watch(json: true, [Self.breaks, Self.nothing])
    let lines = text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.contains(#""schema":"toa.doctor/1""#) })
    #expect(lines[0].contains(#""cause":null"#) && lines[2].contains(#""cause":"PER01""#))
    #expect(lines[2].contains(#""auto":true"#))
  }

  @Test func `a cancelled watch ends`() async throws {
    let host = try DoctorHost()
    let transcript = Transcript()
    let system = host.whole.with(transcript).with(now: 0)
    let task = Task {
      try await DoctorWatch(system, Console(system.terminal)).watch(
        kernel: nil, only: ["KRN10"], skip: [], interval: 3600)
    }
    task.cancel()
    #expect(try await task.value.verdict == "ok")
  }
}
