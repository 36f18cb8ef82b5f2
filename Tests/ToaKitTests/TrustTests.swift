// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// `--trust` on hosts with and without toa.
struct TrustTests {
  static let added = FakeHost.standardTrust.split(separator: ",").map(String.init) + ["203.0.113.0/24"]
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private var live: Set<String> {
    Set((host.files.line("/sys/module/toa/parameters/trusted") ?? "").split(separator: ",").map(String.init))
  }

  @Test func `prefixes are added to the default ones, now and at boot`() async throws {
    try await host.install(trust: "203.0.113.0/24")
    #expect(live == Set(Self.added))
    #expect(host.files.line("/lib/modprobe.d/toa.conf")?.contains("203.0.113.0/24") == true)
  }

  @Test func `a changed list replaces the settings and the loaded module's list, and builds nothing`() async throws {
    try await host.install()
    let loaded = host.files.line("/sys/module/toa/srcversion")
    let count = host.changes.count
    let document = try await host.install(trust: "203.0.113.0/24")
    #expect(
      document.steps.map(\.title) == [
        "package as toa-modules-common", "install toa-modules-common",
        "change the trusted prefixes of the loaded module",
      ])
    #expect(live == Set(Self.added))
    #expect(host.files.line("/sys/module/toa/srcversion") == loaded)
    #expect(!host.changes[count...].contains { $0.hasPrefix("make") || $0.hasPrefix("rmmod") })
    #expect(try await !host.install().changed)
    #expect(live == Set(Self.added))
  }

  @Test func `a changed list is taken back when the self-test fails`() async throws {
    try await host.install(trust: "203.0.113.0/24")
    let before = host.snapshot
    host[\.selfTestPasses] = false
    #expect(await host.failure(trust: "any")?.status == .selfTestFailed)
    #expect(live == Set(Self.added))
    let kept = host.snapshot.without(FakeHost.afterFailure)
    #expect(kept.changes(since: before.without(FakeHost.afterFailure)) == [])
  }

  @Test func `any and none are taken as they are`() async throws {
    for word in ["any", "none"] {
      let host = try FakeHost()
      try await host.install(trust: word)
      #expect(host.files.line("/sys/module/toa/parameters/trusted") == word)
    }
  }

  @Test(arguments: [
    "", "garbage", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8;rm -rf /", "any,10.0.0.0/8",
  ])
  func `a list that does not parse is refused before anything is done`(text: String) async throws {
    let error = try #require(await host.failure(trust: text))
    #expect(error.status == .usage)
    #expect(error.what == "--trust \(shellQuoted(text)) is no list of prefixes")
    #expect(host.changes == [])
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh) == [])
  }

  @Test func `uninstall after a change of the list gives back the very tree`() async throws {
    try await host.install()
    try await host.install(trust: "203.0.113.0/24")
    try await host.install(trust: "any")
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [])
  }
}
