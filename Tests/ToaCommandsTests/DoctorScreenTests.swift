// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// What `toa doctor --fix` writes, and with which exit status it ends.
struct DoctorScreenTests {
  private static let setting = "/proc/sys/kernel/ftrace_enabled"

  /// A host with toa on which somebody switched function tracing off.
  private static func broken() async throws -> FakeHost {
    let host = try FakeHost()
    try await host.install()
    host.write(setting, "0\n")
    return host
  }

  @Test func `what is mended ends with 0, and a second run has nothing to do`() async throws {
    let host = try await Self.broken()
    let screen = await Screen.of("doctor --fix --yes --only KRN10", on: host)
    #expect(screen.status == 0)
    #expect(screen.out.contains("ERROR KRN10") && screen.out.contains("  ok    KRN10"))
    #expect(screen.err.contains("# sysctl kernel.ftrace_enabled=1\n"))
    #expect(host.files.line(Self.setting) == "1")
    let again = await Screen.of("doctor --fix --only KRN10", on: host)
    #expect(again.status == 0)
    #expect(again.err.hasSuffix("Nothing to mend.\n"))
  }

  @Test func `a dry run ends as the examination does, and shows what would be typed`() async throws {
    let host = try await Self.broken()
    let screen = await Screen.of("doctor --fix --dry-run --only KRN10", on: host)
    #expect(screen.status == 2)
    #expect(screen.out.hasSuffix("1. set \(Self.setting) to 1\n   # sysctl kernel.ftrace_enabled=1\n"))
    #expect(host.files.line(Self.setting) == "0")
    let lenient = await Screen.of("doctor --fix --dry-run --only KRN10 --fail-on never", on: host)
    #expect(lenient.status == 0)
  }

  @Test func `without an answer nothing is changed`() async throws {
    let host = try await Self.broken()
    let screen = await Screen.of("doctor --fix --only KRN10", on: host)
    #expect(screen.status == 2)
    #expect(screen.err.contains("-> toa doctor --fix --yes"))
    #expect(host.files.line(Self.setting) == "0")
  }

  @Test func `in JSON it is one document with the steps and what doctor says afterwards`() async throws {
    let screen = await Screen.of("doctor --fix --yes --json --only KRN10", on: try await Self.broken())
    #expect(screen.status == 0)
    #expect(screen.out.hasPrefix("{\n") && screen.out.hasSuffix("}\n"))
    for part in [
      #""schema" : "toa.fix/1""#, #""changed" : true"#, #""sysctl kernel.ftrace_enabled=1""#,
      #""schema" : "toa.doctor/1""#, #""cause" : null"#,
    ] { #expect(screen.out.contains(part), "\(part)") }
  }
}
