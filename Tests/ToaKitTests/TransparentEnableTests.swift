// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// `toa tproxy enable` and `disable` on a whole host: plan, journal, package, kernel; failing and killed at every change.
struct TransparentEnableTests {
  /// Left out of comparisons: the lock, the journal and the package's file, which tell of what was before.
  private static let volatile = FakeHost.volatile + [Journal.folder, "/var/log/toa"]

  @Test(arguments: TransparentSettings.PacketFilter.allCases)
  func `enabling makes the rules, the package and the unit, and disabling leaves nothing`(
    filter: TransparentSettings.PacketFilter
  ) async throws {
    let host = try FakeHost(FakeNetwork.world)
    let document = try await host.enable(filter: filter)
    #expect(document.changed && document.settings.value?.filter == filter)
    #expect(host.files.exists("/usr/lib/systemd/system/toa-tproxy.service"))
    let settings = try #require(try TransparentSettings.installed(host.system))
    #expect(settings == document.settings.value)
    #expect(try await TransparentRules(host.system.run, host.files).state(settings).isWhole)
    let tree = host.snapshot
    #expect(try await !host.enable().changed)
    #expect(host.snapshot.changes(since: tree) == [])

    try await host.disable()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeNetwork.world) == [])
    #expect(try await !host.disable().changed)
  }

  @Test func `a dry run prints the commands and changes nothing`() async throws {
    let host = try FakeHost(FakeNetwork.world)
    let plan = try await host.enable(dryRun: true)
    #expect(host.snapshot.changes(since: FakeNetwork.world) == [] && host.changes == [])
    try await host.enable()
    // But for what is given to nft at once.
    for command in plan.commands where command.hasPrefix("ip ") {
      #expect(host.changes.contains(command), "\(command)")
    }
    #expect(plan.commands.contains("systemctl start toa-tproxy.service"))
  }

  @Test func `until the next boot there is no package and no unit`() async throws {
    let host = try FakeHost(FakeNetwork.world)
    try await host.enable(isRuntime: true)
    #expect(!host.changes.contains { $0.hasPrefix("dpkg") || $0.hasPrefix("systemctl") })
    #expect(try TransparentRecord.read(host.files) != nil)
    try await host.disable()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeNetwork.world) == [])
  }

  @Test(arguments: TransparentSettings.PacketFilter.allCases)
  func `after a kill anywhere the same command ends as if nothing had been, and disable or uninstall leave nothing`(
    filter: TransparentSettings.PacketFilter
  ) async throws {
    let host = try FakeHost(FakeNetwork.world)
    let worlds = try await KillTests.worlds(of: host) { try await $0.enable(filter: filter) }
    #expect(worlds.count > 20)
    for (number, killed) in worlds.enumerated() {
      let next = try FakeHost(killed.tree)
      try await next.enable(filter: filter)
      #expect(
        next.snapshot.without(Self.volatile).changes(since: host.snapshot.without(Self.volatile)) == [],
        "\(killed.place)")
      let other = try FakeHost(killed.tree)
      if number.isMultiple(of: 2) { try await other.disable() } else { try await other.uninstall() }
      #expect(other.snapshot.without(FakeHost.volatile).changes(since: FakeNetwork.world) == [], "\(killed.place)")
    }
  }

  @Test(arguments: TransparentSettings.PacketFilter.allCases)
  func `a killed disable is finished by the next one, or enabled over`(
    filter: TransparentSettings.PacketFilter
  ) async throws {
    let host = try FakeHost(FakeNetwork.world)
    try await host.enable(filter: filter)
    let model = host.snapshot
    let worlds = try await KillTests.worlds(of: host) { try await $0.disable() }
    #expect(worlds.count > 8)
    for killed in worlds {
      let next = try FakeHost(killed.tree)
      try await next.disable()
      #expect(next.snapshot.without(FakeHost.volatile).changes(since: FakeNetwork.world) == [], "\(killed.place)")
      let other = try FakeHost(killed.tree)
      try await other.enable(filter: filter)
      #expect(
        other.snapshot.without(Self.volatile).changes(since: model.without(Self.volatile)) == [], "\(killed.place)")
    }
  }

  @Test func `a killed change of settings ends with the new ones`() async throws {
    let host = try FakeHost(FakeNetwork.world)
    try await host.enable(filter: .nft)
    let worlds = try await KillTests.worlds(of: host) { try await $0.enable(ports: "8080", filter: .iptables) }
    #expect(worlds.count > 20)
    for killed in worlds {
      let next = try FakeHost(killed.tree)
      try await next.enable(ports: "8080", filter: .iptables)
      #expect(
        next.snapshot.without(Self.volatile).changes(since: host.snapshot.without(Self.volatile)) == [],
        "\(killed.place)")
      try await next.disable()
      #expect(next.snapshot.without(FakeHost.volatile).changes(since: FakeNetwork.world) == [], "\(killed.place)")
    }
  }

  @Test(arguments: TransparentSettings.PacketFilter.allCases)
  func `any change that fails leaves the host as it was`(filter: TransparentSettings.PacketFilter) async throws {
    let model = try FakeHost(FakeNetwork.world)
    try await model.enable(filter: filter)
    #expect(model.changes.count >= 9)
    for change in model.changes.indices {
      for afterwards in [false, true] {
        let place: Comment = "\(model.changes[change]) failed \(afterwards ? "at its end" : "at its start")"
        let host = try FakeHost(FakeNetwork.world)
        host[\.fault] = .init(change: change, afterwards: afterwards)
        await #expect(throws: ToaError.self, place) { try await host.enable(filter: filter) }
        #expect(
          host.snapshot.without(Self.volatile).changes(since: FakeNetwork.world.without(Self.volatile)) == [], place)
        host[\.fault] = nil
        await #expect(throws: Never.self, place) { try await host.enable(filter: filter) }
      }
    }
  }

  @Test func `what toa install has installed stays when transparent proxying goes, and goes with toa`() async throws {
    let host = try FakeHost(FakeNetwork.world)
    try await host.install()
    let installed = host.snapshot
    try await host.enable()
    try await host.disable()
    #expect(host.snapshot.without(Self.volatile).changes(since: installed.without(Self.volatile)) == [])
    #expect(host.files.exists(Journal.path))
    try await host.enable()
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: FakeNetwork.world) == [])
  }

  @Test func `without its journal all of it is found and taken away`() async throws {
    let host = try FakeHost(FakeNetwork.world)
    try await host.enable()
    try host.files.remove(Journal.folder)
    try await host.disable()
    #expect(
      host.snapshot.without(FakeHost.volatile + [FakeNetwork.folder + "/active"]).changes(since: FakeNetwork.world)
        == [])
  }

  @Test func `where neither nft nor iptables is installed nftables is, and goes with it`() async throws {
    var world = FakeNetwork.world
    for name in ["nft", "iptables", "ip6tables"] { world.nodes["/usr/bin/\(name)"] = nil }
    let host = try FakeHost(world)
    let plan = try await host.enable(dryRun: true)
    #expect(plan.commands.contains { $0.contains("apt-get") && $0.contains("nftables") }, "\(plan.commands)")
    #expect(plan.settings.value?.filter == .nft)
    try await host.enable()
    #expect(FakeDpkg(host).field("Depends", of: "toa-tproxy")?.contains("nftables") == true)
    try await host.disable()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: world) == [])
  }

  @Test func `rules that were made at boot are found again after somebody removed some`() async throws {
    let host = try FakeHost(FakeNetwork.world)
    try await host.enable()
    let whole = host.snapshot
    for name in ["rules.ipv6", "routes.ipv4", "nft.inet toa_tproxy"] {
      try host.files.remove("\(FakeNetwork.folder)/\(name)")
      try await TransparentProxying(host.system, host.console).restore()
      #expect(host.snapshot.changes(since: whole) == [])
    }
  }
}

extension FakeHost {
  @discardableResult
  func enable(
    ports: String? = nil, interfaces: String? = nil, mark: String? = nil, table: UInt32? = nil,
    filter: TransparentSettings.PacketFilter? = nil, isRuntime: Bool = false, dryRun: Bool = false
  ) async throws(ToaError) -> TransparentDocument {
    try await TransparentProxying(system, console).enable(
      TransparentRequest(
        ports: ports, interfaces: interfaces, mark: mark, table: table, filter: filter, isRuntime: isRuntime,
        dryRun: dryRun, yes: true))
  }

  @discardableResult
  func disable() async throws(ToaError) -> TransparentDocument {
    try await TransparentProxying(system, console).disable(dryRun: false, yes: true)
  }
}
