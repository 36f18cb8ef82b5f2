// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Wire

extension TransparentSettings {
  /// Those of what is enabled on this host: made since the boot, or installed to be made at the next; nil when it is not enabled.
  static func enabled(_ system: System) throws(ToaError) -> TransparentSettings? {
    if let record = try TransparentRecord.read(system.files) { return record.settings }
    return try installed(system)
  }

  /// What `toa tproxy enable` would make: what is enabled, changed by what was asked for, with numbers that nobody else uses.
  static func wanted(_ system: System, _ request: TransparentRequest) async throws(ToaError) -> TransparentSettings {
    let enabled = try enabled(system)
    let choice = TransparentChoice(system: system, request: request, enabled: enabled)
    var settings = enabled ?? TransparentSettings()
    settings.families = system.files.exists("/proc/net/if_inet6") ? [.ipv4, .ipv6] : [.ipv4]
    if let ports = try request.portList() { settings.ports = ports }
    if let interfaces = try request.interfaceList() { settings.interfaces = try choice.checked(interfaces) }
    let listings = try await choice.foreignListings()
    try await choice.number(&settings, listings)
    settings.filter = try await choice.filter(for: settings)
    settings.loose = try await choice.loose(for: settings)
    try choice.refuseReversePathByMark(settings, listings)
    return settings
  }
}

/// The choices that depend on what is on the host.
private struct TransparentChoice: Sendable {
  let system: System
  let request: TransparentRequest
  let enabled: TransparentSettings?
  private var tools: NetworkTools { NetworkTools(run: system.run) }
  private var isRoot: Bool { system.identity.userID == 0 }

  /// Interfaces that exist; a name that does not is a typing error.
  func checked(_ names: [String]) throws(ToaError) -> [String] {
    let there = ReversePathFilter(files: system.files).interfaces.filter { $0 != "lo" }
    for name in names where !there.contains(name) {
      throw ToaError(
        .usage, "there is no interface \(name) whose answers could be diverted",
        why: name == "lo" ? "packets of this host itself are never diverted" : "this host has \(there.sorted().spoken)",
        next: ["ip link"])
    }
    return names
  }

  /// Mark, table and number of the rule: those that are asked for must be free, others are chosen free, and what is enabled stays.
  func number(_ settings: inout TransparentSettings, _ listings: [String]) async throws(ToaError) {
    let wantedMark = try request.markNumber()
    let names = RouteTableNames(system.files)
    guard system.run.find("ip") != nil else {
      settings.mark = wantedMark ?? settings.mark
      settings.table = request.table ?? settings.table
      return
    }
    let routing = PolicyRouting(tools: tools, names: names)
    let isOurs = { (rule: PolicyRule) in enabled.map { routing.isOurs(rule, $0) } ?? false }
    var rules: [PolicyRule] = []
    for family in settings.families {
      let all = try await PolicyRule.all(family, tools)
      // A rule without toa's mark in toa's place is somebody else's.
      rules += all.filter { !isOurs($0) && !rules.contains($0) }
    }
    let marks = MarksInUse(rules: rules, listings: listings)
    try chooseMark(&settings, wantedMark, marks)
    try await chooseTable(&settings, rules, names)
    try choosePriority(&settings, rules)
  }

  private func chooseMark(
    _ settings: inout TransparentSettings, _ wanted: UInt32?, _ marks: MarksInUse
  ) throws(ToaError) {
    if let wanted {
      if wanted != enabled?.mark, let user = marks.user(of: wanted) {
        throw ToaError(
          .conflict, "the mark 0x\(String(wanted, radix: 16)) is in use", why: user,
          next: ["toa tproxy enable, without --mark, takes a free one"])
      }
      settings.mark = wanted
    } else if enabled == nil {
      guard marks.user(of: settings.mark) != nil else { return }
      guard let free = marks.free else {
        throw ToaError(
          .conflict, "no bit of packets' marks is free", why: marks.uses.prefix(4).map(\.place).joined(separator: "\n"),
          next: ["choose one that is used least: toa tproxy enable --mark 0x…"])
      }
      settings.mark = free
    }
  }

  private func chooseTable(
    _ settings: inout TransparentSettings, _ rules: [PolicyRule], _ names: RouteTableNames
  ) async throws(ToaError) {
    var used = Set(rules.compactMap { $0.table.flatMap(names.number) })
    for family in settings.families {
      let routes = try await tools.output("ip", family.ipOptions + ["route", "show", "table", "all"])
      for line in routes.split(separator: "\n") {
        guard let table = line.split(separator: " ").word(after: "table"),
          let number = names.number(String(table)), number != enabled?.table
        else { continue }
        used.insert(number)
      }
    }
    let isFree = { (number: UInt32) in !used.contains(number) && !names.isNamed(number) }
    if let wanted = request.table {
      guard wanted > 0, !(253...255).contains(wanted) else {
        throw ToaError(.usage, "\(wanted) is no route table for this", why: "the kernel uses 0 and 253 to 255 itself")
      }
      guard wanted == enabled?.table || isFree(wanted) else {
        throw ToaError(
          .conflict, "the route table \(wanted) is in use",
          why: rules.first { $0.table.flatMap(names.number) == wanted }.map { "ip rule \($0.text)" }
            ?? "it has routes or a name already",
          next: ["ip route show table \(wanted)", "toa tproxy enable, without --table, takes a free one"])
      }
      settings.table = wanted
    } else if enabled == nil {
      while !isFree(settings.table) { settings.table += 1 }
    }
  }

  /// Before any rule that takes all packets, or marked ones for somebody else.
  private func choosePriority(_ settings: inout TransparentSettings, _ rules: [PolicyRule]) throws(ToaError) {
    let foreign = Set(rules.map(\.priority)).subtracting([0])
    let catching = rules.filter { $0.isForAll && $0.priority > 0 }.map(\.priority).min() ?? .max
    guard enabled == nil || foreign.contains(settings.priority) || catching < settings.priority else { return }
    var number = min(settings.priority, catching - 1)
    while number > 0, foreign.contains(number) { number -= 1 }
    guard number > 0 else {
      throw ToaError(
        .conflict, "there is no room for a rule before those of this host", why: "ip rule has one with number 1",
        next: ["ip rule"])
    }
    settings.priority = number
  }

  /// What the packet filter has, without what toa made. Nothing is asked that the kernel does not have yet.
  func foreignListings() async throws(ToaError) -> [String] {
    guard isRoot else { return [] }
    var listings: [String] = []
    if system.run.find("nft") != nil {
      let tables = try await tools.answer("nft", ["list", "tables"])
      for line in tables.output.split(separator: "\n") where tables.status == 0 {
        let name = line.split(separator: " ").dropFirst().map(String.init)
        guard name != NftMark.table, name.count == 2 else { continue }
        listings.append(try await tools.answer("nft", ["list", "table"] + name).output)
      }
    }
    for (program, names) in [("iptables", "/proc/net/ip_tables_names"), ("ip6tables", "/proc/net/ip6_tables_names")] {
      guard let tables = try? system.files.text(names), !tables.isEmpty else { continue }
      let found = ["\(program)-legacy-save", "\(program)-save"].first { system.run.find($0) != nil }
      if let found { listings.append(try await tools.answer(found, []).output) }
    }
    return listings.map { listing in
      listing.split(separator: "\n").filter { line in
        !line.contains(IptablesMark.chain)
          && !(enabled.map { line.contains("socket") && line.contains($0.markText) } ?? false)
      }.joined(separator: "\n")
    }
  }

  /// nft where the kernel takes its rules, else iptables.
  func filter(for settings: TransparentSettings) async throws(ToaError) -> TransparentSettings.PacketFilter {
    let hasIptables = settings.families.allSatisfy { system.run.find($0.iptables) != nil }
    switch request.filter ?? enabled?.filter {
    case .iptables?:
      guard hasIptables || request.filter == nil else { throw missing("iptables") }
      return .iptables
    case .nft?:
      guard system.run.find("nft") != nil || request.filter == nil else { throw missing("nft") }
      return .nft
    case nil:
      // Where neither is installed, nftables will be.
      guard system.run.find("nft") != nil else { return hasIptables ? .iptables : .nft }
      guard isRoot else { return .nft }
      let answer = try await NftMark(tools: tools).check(settings)
      if answer.status == 0 { return .nft }
      guard hasIptables else { throw NetworkTools.error("nft --check -f -", answer) }
      return .iptables
    }
  }

  private func missing(_ program: String) -> ToaError {
    ToaError(
      .notApplicable, "\(program) is not installed",
      next: ["install \(NetworkTools.package(of: program))", "toa tproxy enable, without --firewall"])
  }

  /// The chosen interfaces that drop answers of servers which are reached by another one.
  func loose(for settings: TransparentSettings) async throws(ToaError) -> [String] {
    let kept = (enabled?.loose ?? []).filter { settings.interfaces.contains($0) }
    let check = ReversePathFilter(files: system.files)
    let strict = settings.interfaces.filter { check.isStrict($0) && !kept.contains($0) }
    guard !strict.isEmpty, settings.families.contains(.ipv4), system.run.find("ip") != nil else { return kept }
    let proxies = system.files.transparentProxies(system.files.proxyProcesses)
    let servers = Set(proxies.flatMap(\.transparentServers).compactMap(\.address))
    var ways: Set<String> = []
    for case .v4(let server) in servers {
      // "10.0.0.5 dev eth1 src 10.0.0.1 uid 0"
      let words = try await tools.answer("ip", ["route", "get", "\(server)"]).output.split { $0 == " " || $0 == "\n" }
      if let device = words.word(after: "dev") { ways.insert(String(device)) }
    }
    return (kept + strict.filter { interface in ways.contains { $0 != interface && $0 != "lo" } }).sorted()
  }

  /// Where marks count for the check of the reverse path, a rule has to look at the interface, too.
  func refuseReversePathByMark(_ settings: TransparentSettings, _ listings: [String]) throws(ToaError) {
    guard settings.interfaces.isEmpty else { return }
    let why: (family: IPFamily, cause: String)
    let check = ReversePathFilter(files: system.files)
    // Nobody's answers come by lo.
    let interfaces = check.interfaces.filter { $0 != "lo" }
    if settings.families.contains(.ipv4), !check.asking(byMarkOn: interfaces).isEmpty {
      why = (.ipv4, "src_valid_mark is 1 on this host, as WireGuard's wg-quick sets it")
    } else if settings.families.contains(.ipv6), listings.contains(where: { $0.contains("fib saddr . mark") }) {
      why = (.ipv6, "a rule of nftables asks for the way back by the packet's mark, as firewalld's IPv6_rpfilter does")
    } else if listings.contains(where: { $0.contains("--validmark") }) {
      why = (
        settings.families[0], "a rule of iptables asks for the way back by the packet's mark (rpfilter --validmark)"
      )
    } else {
      return
    }
    let names = NetworkInterface.up(in: system.files).map(\.name).filter { !$0.hasPrefix("wg") }
    throw ToaError(
      .refused, "the servers' \(why.family.title) answers would be dropped",
      why: "\(why.cause); a rule for marked packets then needs the interface",
      next: ["name the interfaces on which the servers answer: toa tproxy enable --interface \(names.first ?? "eth0")"])
  }
}
