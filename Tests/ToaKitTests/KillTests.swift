// SPDX-License-Identifier: Apache-2.0
import Host
import Synchronization
import Testing

@testable import ToaKit

/// `kill -9` (or a power cut) at every point of a run where something changed: what the next run makes of each.
struct KillTests {
  /// A machine as the kill left it.
  struct World: Sendable {
    var place: String
    var tree: TreeSnapshot
  }

  /// Runs `body` on a host and returns the machine as it was at each pause, and again with the journal's last line cut short
  /// where that line had just been written.
  static func worlds(
    of host: FakeHost, _ body: (FakeHost) async throws -> Void
  ) async throws -> [World] {
    let seen = Mutex<[World]>([])
    host[\.watch] = { place in
      let tree = host.snapshot
      seen.withLock { if $0.last?.tree != tree { $0.append(World(place: place, tree: tree)) } }
    }
    try await body(host)
    host[\.watch] = nil
    var worlds: [World] = []
    var last: String?
    for world in seen.withLock({ $0 }) {
      worlds.append(world)
      if let text = world.tree.text(Journal.path), text != last,
        case .file(let mode, let bytes)? = world.tree.nodes[Journal.path]
      {
        var torn = world
        last = text
        torn.place += ", the journal's last line torn"
        torn.tree.nodes[Journal.path] = .file(mode: mode, bytes: bytes.dropLast(9))
        worlds.append(torn)
      }
    }
    return worlds
  }

  /// What an installation is compared by: folders of debs are numbered, and the journal tells of the kill.
  private func installed(_ snapshot: TreeSnapshot) -> TreeSnapshot {
    var rest = snapshot.without(FakeHost.volatile + [Journal.folder, "/var/log/toa"])
    // A compiler that has yet to be installed has no version in the plan.
    let status = rest.text("/var/lib/dpkg/status")?.replacing("Toa-Compiler: gcc 12.2.0", with: "Toa-Compiler: gcc-12")
    rest.nodes["/var/lib/dpkg/status"] = .file(mode: 0o644, bytes: Array((status ?? "").utf8))
    return rest
  }

  @Test func `after a kill anywhere in an installation the next one ends as if nothing had been`() async throws {
    let host = try FakeHost()
    let worlds = try await Self.worlds(of: host) { try await $0.install() }
    #expect(worlds.count > 40)
    for world in worlds {
      let next = try FakeHost(world.tree)
      #expect(await next.failure() == nil, "\(world.place)")
      #expect(installed(next.snapshot).changes(since: installed(host.snapshot)) == [], "\(world.place)")
      #expect(Journal(next.files).entries().filter { !$0.standing.isEmpty }.count == 1, "\(world.place)")
    }
  }

  @Test func `after a kill anywhere in an installation uninstall gives back the very tree`() async throws {
    let worlds = try await Self.worlds(of: try FakeHost()) { try await $0.install() }
    for world in worlds {
      let next = try FakeHost(world.tree)
      await #expect(throws: Never.self, "\(world.place)") { try await next.uninstall() }
      let left = next.snapshot.without(FakeHost.volatile)
      #expect(left.changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [], "\(world.place)")
    }
  }

  @Test func `after a kill anywhere in an uninstallation the next one finishes it`() async throws {
    let host = try FakeHost()
    try await host.install(trust: "203.0.113.0/24")
    let worlds = try await Self.worlds(of: host) { try await $0.uninstall() }
    #expect(worlds.count > 10)
    for world in worlds {
      let next = try FakeHost(world.tree)
      await #expect(throws: Never.self, "\(world.place)") { try await next.uninstall() }
      let left = next.snapshot.without(FakeHost.volatile)
      #expect(left.changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [], "\(world.place)")
    }
  }

  @Test func `after a kill anywhere in an uninstallation an installation works`() async throws {
    let host = try FakeHost()
    try await host.install()
    let model = installed(host.snapshot)
    for world in try await Self.worlds(of: host, { try await $0.uninstall() }) {
      let next = try FakeHost(world.tree)
      #expect(await next.failure() == nil, "\(world.place)")
      #expect(installed(next.snapshot).changes(since: model) == [], "\(world.place)")
    }
  }

  @Test func `after a kill anywhere in an upgrade the next one ends upgraded, and uninstall leaves nothing`()
    async throws
  {
    let host = try FakeHost()
    try await host.install()
    host[\.source] = "b"
    let worlds = try await Self.worlds(of: host) { try await $0.install() }
    #expect(worlds.count > 25)
    for world in worlds {
      let next = try FakeHost(world.tree)
      next[\.source] = "b"
      #expect(await next.failure() == nil, "\(world.place)")
      #expect(installed(next.snapshot).changes(since: installed(host.snapshot)) == [], "\(world.place)")
      await #expect(throws: Never.self, "\(world.place)") { try await next.uninstall() }
      let left = next.snapshot.without(FakeHost.volatile)
      #expect(left.changes(since: FakeHost.fresh.without(FakeHost.volatile)) == [], "\(world.place)")
    }
  }
}
