// SPDX-License-Identifier: Apache-2.0
internal import Host

/// What a person would type to make one thing of a transparent proxy's, and to take it away.
struct TransparentCommands: Sendable, Equatable {
  let make: [String]
  let remove: [String]

  /// Those of all parts, in the order in which they are made.
  static func all(_ settings: TransparentSettings) -> [TransparentCommands] {
    settings.parts.compactMap { part in
      switch part {
      case .route(let family): typed("ip", { PolicyRouting.route($0, family, settings) })
      case .rule(let family):
        settings.ruleInterfaces.map { interface in
          typed("ip", { PolicyRouting.rule($0, family, settings, interface) })
        }.joined
      case .reversePath(let interface):
        // What it was the record knows.
        TransparentCommands(make: [ReversePathFilter.typed(interface, ReversePathFilter.loose)], remove: [])
      case .mark(let family):
        switch settings.filter {
        // One table for both protocols.
        case .nft: family == settings.families.first ? NftMark.typed(settings) : nil
        case .iptables: IptablesMark.typed(family, settings)
        }
      }
    }
  }

  private static func typed(_ program: String, _ arguments: (String) -> [String]) -> TransparentCommands {
    TransparentCommands(
      make: [Command(program, arguments("add")).typed], remove: [Command(program, arguments("del")).typed])
  }

  /// What makes `settings` from nothing, or from `old`.
  static func making(_ settings: TransparentSettings, from old: TransparentSettings?) -> [String] {
    let (new, there) = (all(settings), old.map(all) ?? [])
    return there.reversed().filter { !new.contains($0) }.flatMap(\.remove)
      + new.filter { !there.contains($0) }.flatMap(\.make)
  }

  /// What takes `settings` away; the record knows what was there before.
  static func removing(_ settings: TransparentSettings, _ record: TransparentRecord?) -> [String] {
    let before = (record?.reversePath ?? [:]).sorted { $0.key < $1.key }.map {
      ReversePathFilter.typed($0.key, $0.value)
    }
    let tables = (record?.tables ?? []).map {
      Command("nft", ["delete", "table"] + $0.split(separator: " ").map(String.init)).typed
    }
    return all(settings).reversed().flatMap(\.remove) + before + tables
  }
}

extension [TransparentCommands] {
  /// All of them as one.
  fileprivate var joined: TransparentCommands {
    TransparentCommands(make: flatMap(\.make), remove: reversed().flatMap(\.remove))
  }
}
