// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Kmod
import Testing

@testable import ToaKit

/// `--profile` with the module: at installation, at load and on a loaded module.
struct ProfileTests {
  private static let live = "/sys/module/toa/parameters/profile"
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private var live: String? { host.files.line(Self.live) }
  private var stored: String? {
    host.files.line("/lib/modprobe.d/toa.conf")?.split(separator: "\n").last.map(String.init)
  }

  @Test func `a profile is given to the module now and at boot, and kept by a second run`() async throws {
    let document = try await host.install(profile: " tencent-clb -4096 ")
    #expect(document.steps.contains { $0.title.hasSuffix(", profile tencent-clb,-4096") })
    #expect(live == "tencent-clb,-4096")
    #expect(stored == "options toa profile=tencent-clb,-4096")
    #expect(try await !host.install().changed)
    host[\.source] = "b"
    #expect(try await host.install(trust: "any").changed)
    #expect(live == "tencent-clb,-4096")
    #expect(stored == "options toa trusted=any profile=tencent-clb,-4096")
  }

  @Test func `without the option the module's own default is left alone`() async throws {
    try await host.install()
    #expect(live == "default" && !host.files.exists("/lib/modprobe.d/toa.conf"))
  }

  @Test func `another profile replaces the settings and the loaded module's one, and builds nothing`() async throws {
    try await host.install(profile: "tencent-clb")
    let loaded = host.files.line("/sys/module/toa/srcversion")
    let count = host.changes.count
    let document = try await host.install(profile: "alibaba-cdn")
    #expect(
      document.steps.map(\.title) == [
        "package as toa-modules-common, profile alibaba-cdn", "install toa-modules-common",
        "change the profile of the loaded module to alibaba-cdn",
      ])
    #expect(document.steps.last?.commands == ["echo alibaba-cdn > \(Self.live)"])
    #expect(live == "alibaba-cdn" && stored == "options toa profile=alibaba-cdn")
    #expect(host.files.line("/sys/module/toa/srcversion") == loaded)
    #expect(!host.changes[count...].contains { $0.hasPrefix("make") || $0.hasPrefix("rmmod") })
  }

  @Test func `what was changed by hand stays until it is asked for`() async throws {
    try await host.install(profile: "tencent-clb")
    host.write(Self.live, "alibaba-cdn\n")
    #expect(try await !host.install().changed)
    #expect(live == "alibaba-cdn")
    let document = try await host.install(profile: "tencent-clb")
    #expect(document.steps.map(\.title) == ["change the profile of the loaded module to tencent-clb"])
    #expect(live == "tencent-clb")
  }

  @Test func `another profile is taken back when the self-test fails`() async throws {
    try await host.install(profile: "tencent-clb")
    let before = host.snapshot
    host[\.selfTestPasses] = false
    #expect(await host.failure(profile: "alibaba-cdn")?.status == .selfTestFailed)
    #expect(live == "tencent-clb")
    let kept = host.snapshot.without(FakeHost.afterFailure)
    #expect(kept.changes(since: before.without(FakeHost.afterFailure)) == [])
  }

  @Test func `uninstall after other profiles gives back the very tree`() async throws {
    try await host.install(profile: "tencent-clb")
    try await host.install(profile: "alibaba-cdn")
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [])
  }

  @Test(arguments: ["", "tencent", "default;rm -rf /", "254/8:ip4@9", "4096", "default,254/8:none"])
  func `a text that is no profile is refused before anything is done`(text: String) async throws {
    let error = try #require(await host.failure(profile: text))
    #expect(error.status == .usage)
    #expect(error.what == "--profile \(shellQuoted(text)) is no profile")
    #expect(await host.failure(.auto, profile: text)?.what == error.what)
    #expect(await host.failure(LoadRequest(profile: text))?.what == error.what)
    #expect(await host.failure(LoadRequest(backend: .ebpf, profile: text))?.what == error.what)
    #expect(host.changes == [])
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeHost.fresh) == [])
  }

  @Test func `load gives the module the profile`() async throws {
    try await host.install()
    _ = try await Loader(host.system, host.console).unload(dryRun: false)
    let document = try await host.load(LoadRequest(profile: "ksyun -1345"))
    #expect(document.module?.profile == "ksyun,-1345" && document.module?.socketCalls == [])
    #expect(host.transcript.err.contains("# modprobe toa profile=ksyun,-1345\n"))
  }

  @Test func `a loaded module gets prefixes and profile without being loaded anew`() async throws {
    try await host.install(profile: "tencent-clb")
    #expect(try await host.load(LoadRequest(profile: "alibaba-cdn", dryRun: true)).changed == false)
    #expect(live == "tencent-clb")
    let document = try await host.load(LoadRequest(trust: "203.0.113.0/24", profile: "alibaba-cdn"))
    #expect(document.changed && document.module?.profile == "alibaba-cdn")
    #expect(document.module?.trusted?.contains("203.0.113.0/24") == true)
    #expect(try await !host.load(LoadRequest(profile: " alibaba-cdn")).changed)
    // For this load only.
    #expect(stored == "options toa profile=tencent-clb")
  }

  @Test func `a module that refuses keeps all that it had`() async throws {
    try await host.install(profile: "tencent-clb")
    let trusted = host.files.line("/sys/module/toa/parameters/trusted")
    host.remove(Self.live)
    host.write(Self.live + "/folder", "")
    let module = ModuleBackend(host.system)
    let changes = [
      ModuleChange(parameter: .trusted, value: String(trusted?.reversed() ?? []), old: trusted ?? ""),
      ModuleChange(parameter: .profile, value: "lvs", old: "tencent-clb"),
    ]
    do throws(ToaError) {
      try module.make(changes)
      Issue.record("a folder was written into")
    } catch {
      #expect(error.what == "the loaded module refuses the profile lvs")
      #expect(error.why.hasSuffix("it keeps what it had"))
      #expect(error.next.first == "dmesg | grep 'TOA: profile'")
    }
    #expect(host.files.line("/sys/module/toa/parameters/trusted") == trusted)
    #expect(module.refusal(of: .profile, "lvs", EINVAL).why.contains("does not know a word of it"))
    #expect(module.refusal(of: .profile, "lvs", EACCES).status == .refused)
  }

  @Test func `a module that is older than profiles says so`() async throws {
    host[\.knowsProfiles] = false
    try await host.install()
    #expect(live == nil)
    var error = await host.failure(LoadRequest(profile: "dpvs"))
    #expect(error?.status == .notApplicable && error?.what == "toa.ko 0.1.0 knows no profiles")
    #expect(try await !host.load(LoadRequest()).changed)
    _ = try await Loader(host.system, host.console).unload(dryRun: false)
    error = await host.failure(LoadRequest(profile: "dpvs"))
    #expect(error?.what == "\(FakeHost.modulePath) knows no profiles" && host.modules.state("toa") == .absent)
    #expect(try await host.load(LoadRequest(trust: "any")).changed)
  }
}
