// SPDX-License-Identifier: Apache-2.0
import Glibc
import Host
import Testing
import Wire

@testable import ToaKit

/// `--profile` with eBPF, and what it cannot do.
struct EBPFProfileTests {
  let host: FakeHost

  init() throws { host = try FakeHost() }

  private var live: LiveEBPF? { get throws { try Backend.live(host.system)?.ebpf } }

  @Test func `the default profile gives what it always gave`() async throws {
    let document = try await host.load(LoadRequest(backend: .ebpf))
    #expect(document.ebpf?.profile == "default")
    #expect(Set(document.ebpf?.options ?? []) == ["254/8", "200/8", "254/20", "253/20"])
    #expect(document.ebpf?.socketCalls == [])
    #expect(try await host.load(LoadRequest(backend: .ebpf, getsockopt: true)).ebpf?.socketCalls == [4096, 1345])
    #expect(try await !host.load(LoadRequest(backend: .ebpf, profile: "default", getsockopt: true)).changed)
  }

  @Test func `a profile is kept with the package and by a second run`() async throws {
    let document = try await host.install(.ebpf, profile: "dpvs,201/6,late", getsockopt: true)
    #expect(document.steps.last?.commands == ["toa load --backend ebpf --profile dpvs,201/6,late --getsockopt"])
    #expect(
      document.steps.last?.title.hasSuffix(", for every process, getsockopt too, profile dpvs,201/6,late") == true)
    #expect(try EBPFSettings.installed(host.system)?.profile == "dpvs,201/6,late")
    #expect(FakeDpkg(host).field("Toa-Profile", of: "toa-ebpf") == "dpvs,201/6,late")
    #expect(try live?.options == ["254/8", "254/20"] && live?.socketCalls == [4096])
    #expect(try await !host.install(.auto).changed)
    #expect(try await host.install(.auto, profile: "default").changed)
    #expect(try live?.profile == "default" && EBPFSettings.installed(host.system)?.profile == nil)
  }

  @Test func `a load with another profile replaces the programs until the boot`() async throws {
    try await host.install(.ebpf, profile: "dpvs")
    let document = try await host.load(LoadRequest(profile: "tencent-gaap"))
    #expect(document.changed && document.ebpf?.options == ["200/8"] && document.ebpf?.generation == 2)
    #expect(try await host.load(LoadRequest()).ebpf?.profile == "dpvs")
  }

  @Test(arguments: [
    ("lvs", "syn:", "lvs,-syn"), ("default,deferred", "deferred:", "default,deferred,-deferred"),
    ("dpvs,last", "last:", "dpvs,last,-last"),
    ("alibaba-cdn,last,deferred", "deferred:", "alibaba-cdn,last,deferred,-deferred,-syn,-last"),
    ("dpvs,8/10:ip4@2", "8/10: kinds up to 8", "dpvs,8/10:ip4@2,-8/10"),
  ])
  func `what eBPF cannot do is refused, with the way out`(profile: String, why: String, without: String) async throws {
    let errors = [
      await host.failure(.ebpf, profile: profile), await host.failure(LoadRequest(backend: .ebpf, profile: profile)),
    ]
    for error in errors {
      #expect(error?.status == .notApplicable && error?.what == "eBPF cannot do all of the profile \(profile)")
      #expect(error?.why.hasPrefix(why) == true, "\(error?.why ?? "")")
      #expect(error?.next.last == "or do without: --profile \(without)")
    }
    #expect(host.changes == [])
    #expect(try await host.load(LoadRequest(backend: .ebpf, profile: without)).changed)
  }

  @Test func `auto takes the module for such a profile, and does not fall back where there is none`() async throws {
    #expect(try await host.install(.auto, profile: "lvs").backend == .module)
    let without = try FakeHost()
    without[\.moduleLoading] = ENOSYS
    let error = await without.failure(.auto, profile: "lvs")
    #expect(error?.status == .notApplicable && error?.what == "this kernel cannot load modules")
    #expect(error?.why.contains("eBPF does not do instead: eBPF cannot do all of the profile lvs: syn:") == true)
    #expect(error?.next.contains("or do without: --profile lvs,-syn") == true)
    #expect(without.changes == [])
    #expect(try await without.install(.auto, profile: "lvs,-syn").backend == .ebpf)
  }

  @Test func `auto does not fall back when the module fails on the way`() async throws {
    host[\.fault] = .init(change: 1, output: "x.c:1: error: no", status: 2)
    let error = await host.failure(.auto, profile: "dpvs,last")
    #expect(error?.status == .buildFailed && error?.why.contains("eBPF cannot do all of the profile dpvs,last") == true)
    #expect(try live == nil)
  }
}
