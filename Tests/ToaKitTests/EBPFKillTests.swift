// SPDX-License-Identifier: Apache-2.0
import Bpf
import Glibc
import Host
import Kmod
import Testing

@testable import ToaKit

/// `kill -9` at every point of a run with eBPF, on hosts whose BPF file system is mounted already and on others; and every
/// change failing in turn.
struct EBPFKillTests {
  static let fresh = [FakeHost.fresh, FakeHost.withoutSystemd]

  /// What an installation is compared by: debs are numbered, the journal tells of the kill, and each load is a new generation.
  private func installed(_ host: FakeHost) throws -> (tree: TreeSnapshot, live: LiveEBPF?) {
    let live = try Backend.live(host.system)?.ebpf
    #expect(host.files.list(FakeHost.pins).count == (live == nil ? 0 : 2), "rubbish is left")
    return (host.snapshot.without(FakeHost.volatile + [Journal.folder, "/var/log/toa", FakeHost.pins]), live)
  }

  private func expectSame(_ host: FakeHost, as model: FakeHost, _ place: String) throws {
    let (tree, live) = try installed(host)
    let (wantedTree, wanted) = try installed(model)
    #expect(tree.changes(since: wantedTree) == [], "\(place)")
    #expect(live?.trusted == wanted?.trusted && live?.cgroup == wanted?.cgroup, "\(place)")
  }

  @Test(arguments: fresh.indices) func `a killed installation is finished by the next one or taken off by uninstall`(
    world: Int
  ) async throws {
    let host = try FakeHost(Self.fresh[world])
    let worlds = try await KillTests.worlds(of: host) { try await $0.install(.ebpf) }
    #expect(worlds.count > 20)
    for killed in worlds {
      let next = try FakeHost(killed.tree)
      #expect(await next.failure(.ebpf) == nil, "\(killed.place)")
      try expectSame(next, as: host, killed.place)
      let other = try FakeHost(killed.tree)
      await #expect(throws: Never.self, "\(killed.place)") { try await other.uninstall() }
      let left = other.snapshot.without(FakeHost.volatile)
      #expect(left.changes(since: Self.fresh[world].without(FakeHost.volatile)) == [], "\(killed.place)")
    }
  }

  @Test(arguments: fresh.indices) func `a killed uninstallation is finished by the next one, or installed over`(
    world: Int
  ) async throws {
    let host = try FakeHost(Self.fresh[world])
    try await host.install(.ebpf)
    let model = try FakeHost(host.snapshot)
    let worlds = try await KillTests.worlds(of: host) { try await $0.uninstall() }
    #expect(worlds.count > 8)
    for killed in worlds {
      let next = try FakeHost(killed.tree)
      await #expect(throws: Never.self, "\(killed.place)") { try await next.uninstall() }
      let left = next.snapshot.without(FakeHost.volatile)
      #expect(left.changes(since: Self.fresh[world].without(FakeHost.volatile)) == [], "\(killed.place)")
      let other = try FakeHost(killed.tree)
      #expect(await other.failure(.ebpf) == nil, "\(killed.place)")
      try expectSame(other, as: model, killed.place)
    }
  }

  @Test func `a killed replacement leaves the old or the new programs at work, and the next one ends with the new`()
    async throws
  {
    let host = try FakeHost()
    try await host.install(.ebpf)
    let worlds = try await KillTests.worlds(of: host) {
      try await $0.install(.ebpf, trust: "any", cgroup: "system.slice")
    }
    #expect(worlds.count > 20)
    for killed in worlds {
      let next = try FakeHost(killed.tree)
      let live = try Backend.live(next.system)?.ebpf
      let states = [["/", "10.0.0.0/8"], ["/system.slice", "any"]]
      let seen = [live?.cgroup, live?.trusted.split(separator: ",").first.map(String.init)]
      #expect(states.contains { $0 == seen }, "\(killed.place): \(seen)")
      #expect(await next.failure(.ebpf, trust: "any", cgroup: "system.slice") == nil, "\(killed.place)")
      try expectSame(next, as: host, killed.place)
      await #expect(throws: Never.self, "\(killed.place)") { try await next.uninstall() }
      let left = next.snapshot.without(FakeHost.volatile)
      #expect(left.changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [], "\(killed.place)")
    }
  }

  @Test func `a kill anywhere on the way from the module to eBPF leaves what the next run ends`() async throws {
    let host = try FakeHost()
    host[\.loadError] = KmodError(operation: "load", subject: "toa", errno: ENOEXEC)
    let worlds = try await KillTests.worlds(of: host) { try await $0.install(.auto) }
    #expect(worlds.count > 60)
    // KillTests go through the module's part; here one in ten of it has to do.
    let turn = try #require(worlds.firstIndex { $0.tree.text(Journal.path)?.contains("\"backend\":\"ebpf\"") == true })
    for (index, killed) in worlds.enumerated() where index >= turn - 2 || index % 10 == 0 {
      let next = try FakeHost(killed.tree)
      next[\.loadError] = KmodError(operation: "load", subject: "toa", errno: ENOEXEC)
      #expect(await next.failure(.auto) == nil, "\(killed.place)")
      try expectSame(next, as: host, killed.place)
    }
  }

  @Test(arguments: fresh.indices) func `any change that fails leaves the host as it was, and the next run succeeds`(
    world: Int
  ) async throws {
    let model = try FakeHost(Self.fresh[world])
    try await model.install(.ebpf)
    for change in model.changes.indices {
      for afterwards in [false, true] {
        let place = "\(model.changes[change]) failed \(afterwards ? "at its end" : "at its start")"
        let host = try FakeHost(Self.fresh[world])
        host[\.fault] = .init(change: change, afterwards: afterwards, errno: ENOMEM)
        #expect(await host.failure(.ebpf) != nil, "\(place)")
        let left = host.snapshot.without(FakeHost.afterFailure + [Journal.folder])
        #expect(left.changes(since: Self.fresh[world]) == [], "\(place)")
        host[\.fault] = nil
        #expect(await host.failure(.ebpf) == nil, "\(place)")
        try expectSame(host, as: model, place)
      }
    }
  }
}
