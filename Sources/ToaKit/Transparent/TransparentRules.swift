// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The parts in the kernel, through nft or iptables and through ip: read, made, taken away. Only what has toa's own names and numbers
/// is touched, and nothing is ever flushed but toa's own chain.
struct TransparentRules: Sendable {
  let files: FileRoot
  private let tools: NetworkTools
  private let routing: PolicyRouting
  private var nft: NftMark { NftMark(tools: tools) }
  private var iptables: IptablesMark { IptablesMark(tools: tools) }
  private var reversePath: ReversePathFilter { ReversePathFilter(files: files) }

  /// Those of a network namespace: `run` starts its programs there, and `files` shows its /proc/sys/net.
  init(_ run: CommandRunner, _ files: FileRoot) {
    self.files = files
    tools = NetworkTools(run: run)
    routing = PolicyRouting(tools: tools, names: RouteTableNames(files))
  }

  /// Which parts of these settings are there.
  func state(_ settings: TransparentSettings) async throws(ToaError) -> TransparentState {
    var state = TransparentState(present: [], missing: [])
    for part in settings.parts {
      if try await isThere(part, settings) { state.present.append(part) } else { state.missing.append(part) }
    }
    return state
  }

  private func isThere(_ part: TransparentPart, _ settings: TransparentSettings) async throws(ToaError) -> Bool {
    switch part {
    case .route(let family): try await routing.hasRoute(family, settings)
    case .rule(let family): try await routing.hasRules(family, settings)
    case .mark(let family):
      switch settings.filter {
      case .nft: try await nft.isThere(settings)
      case .iptables: try await iptables.isThere(family, settings)
      }
    case .reversePath(let interface): !reversePath.isStrict(interface)
    }
  }

  /// Makes parts that are missing, in an order in which a packet never finds half of them: it is marked when the rest is there.
  func raise(_ settings: TransparentSettings, only parts: [TransparentPart]) async throws(ToaError) {
    for part in settings.parts where parts.contains(part) {
      switch part {
      case .route(let family): try await routing.addRoute(family, settings)
      case .rule(let family): try await routing.addRules(family, settings)
      case .mark(let family):
        switch settings.filter {
        case .nft: if try await !nft.isThere(settings) { try await nft.make(settings) }
        case .iptables: try await iptables.make(family, settings)
        }
      case .reversePath(let interface):
        if reversePath.isStrict(interface) { try reversePath.set(interface, ReversePathFilter.loose) }
      }
    }
  }

  /// Makes all that is missing and keeps what was there before; what earlier settings made and these do not goes.
  func raise(_ settings: TransparentSettings) async throws(ToaError) {
    let earlier = try TransparentRecord.read(files)
    var record = earlier ?? TransparentRecord(settings: settings)
    if let old = earlier?.settings, old != settings {
      try await lower(old, sparing: settings)
      for interface in old.loose where !settings.loose.contains(interface) {
        try restore(interface, &record)
      }
    }
    record.settings = settings
    for interface in settings.loose where record.reversePath[interface] == nil {
      record.reversePath[interface] = reversePath.value(interface)
    }
    if settings.filter == .iptables, earlier?.settings.filter != .iptables {
      record.tables = try await tablesToCome(settings)
    }
    if record != earlier { try record.write(files) }
    try await raise(settings, only: settings.parts)
  }

  /// Takes away what is there, of the record and of these settings.
  func lower(_ settings: TransparentSettings) async throws(ToaError) {
    if var record = try TransparentRecord.read(files) {
      try await lower(record.settings, sparing: nil)
      for interface in record.settings.loose { try restore(interface, &record) }
      try await removeTables(record.tables)
    }
    try await lower(settings, sparing: nil)
    try TransparentRecord.remove(files)
  }

  /// Takes away the parts of settings, but for those that other ones have in common with them.
  private func lower(_ old: TransparentSettings, sparing new: TransparentSettings?) async throws(ToaError) {
    let staysSamePlace =
      new.map { $0.mark == old.mark && $0.table == old.table && $0.priority == old.priority } ?? false
    if new?.filter != old.filter {
      switch old.filter {
      case .nft: if tools.run.find("nft") != nil { try await nft.remove() }
      case .iptables:
        for family in old.families.reversed() where tools.run.find(family.iptables) != nil {
          try await iptables.remove(family)
        }
      }
    } else if let new, old.filter == .iptables {
      for family in old.families where !new.families.contains(family) { try await iptables.remove(family) }
    }
    for family in old.families.reversed() where !(staysSamePlace && new?.families.contains(family) == true) {
      try await routing.removeRules(family, old)
      try await routing.removeRoute(family, old)
    }
  }

  /// Gives an interface back what it had, unless somebody has set it since.
  private func restore(_ interface: String, _ record: inout TransparentRecord) throws(ToaError) {
    guard let old = record.reversePath.removeValue(forKey: interface) else { return }
    if reversePath.value(interface) == ReversePathFilter.loose { try reversePath.set(interface, old) }
  }

  /// The tables of nftables that iptables is about to make.
  private func tablesToCome(_ settings: TransparentSettings) async throws(ToaError) -> [String] {
    guard tools.run.find("nft") != nil else { return [] }
    let there = try await tools.output("nft", ["list", "tables"]).split(separator: "\n").map(String.init)
    return settings.families.map { $0 == .ipv4 ? "ip mangle" : "ip6 mangle" }.filter { !there.contains("table \($0)") }
  }

  /// Removes tables that iptables made on the way, unless somebody has put something into them.
  private func removeTables(_ tables: [String]) async throws(ToaError) {
    for table in tables {
      let name = table.split(separator: " ").map(String.init)
      let listed = try await tools.answer("nft", ["list", "table"] + name)
      guard listed.status == 0 else { continue }
      let kept = listed.output.split(separator: "\n").filter { line in
        let text = line.drop { $0 == " " || $0 == "\t" }
        return !text.hasPrefix("#") && !text.hasPrefix("table ") && !text.hasPrefix("chain PREROUTING ") && text != "}"
          && text != "type filter hook prerouting priority mangle; policy accept;"
      }
      if kept.isEmpty { try await tools.change("nft", ["delete", "table"] + name) }
    }
  }
}

extension TransparentSettings {
  /// The parts in the order in which they are made.
  var parts: [TransparentPart] {
    families.map { .route($0) } + families.map { .rule($0) } + loose.map { .reversePath($0) }
      + families.map { .mark($0) }
  }
}
