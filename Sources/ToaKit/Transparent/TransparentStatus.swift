// SPDX-License-Identifier: Apache-2.0
internal import Host
internal import Packaging

/// What `toa tproxy status` answers.
public struct TransparentStatusDocument: Document {
  /// Shape of the document.
  public let schema = "toa.tproxy-status/1"
  /// "working" (all parts are in the kernel), "incomplete" (some are not), "lost" (none is), "off" or "unknown" (only root may look).
  public let state: String
  /// What is enabled; nil when nothing is.
  public let settings: OrNull<TransparentSettings>
  /// Whether the next boot makes it again.
  public let atBoot: Bool
  /// The parts in the kernel, each as a sentence.
  public let present: [String]
  /// The parts that are not there.
  public let missing: [String]
}

/// The verb `tproxy status`.
public struct TransparentStatus: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Looks at kernel and disk, and prints what it saw.
  public func show() async throws(ToaError) -> TransparentStatusDocument {
    let mayLook = system.identity.userID == 0
    // The record of what was made is root's.
    let settings = mayLook ? try TransparentSettings.enabled(system) : try TransparentSettings.installed(system)
    let boot = TransparentBoot(system)
    guard let settings else {
      console.print(
        mayLook
          ? "Transparent proxying is off; next: toa tproxy enable"
          : "Transparent proxying is not installed; only root sees more")
      return document(mayLook ? "off" : "unknown", nil, nil, boot)
    }
    let state = mayLook ? try await TransparentRules(system.run, system.files).state(settings) : nil
    let (word, sentence, style) = judge(state, boot)
    console.print(console.styled(sentence, style))
    var table = Table()
    for part in settings.parts {
      let cell: Table.Cell =
        switch state?.missing.contains(part) {
        case nil: "unknown"
        case true?: Table.Cell("missing", .bad)
        case false?: Table.Cell("there", .good)
        }
      table.add(["  \(part.name)", "\(settings.words(part))", cell])
    }
    table.add(["  at boot", "\(boot.sentence)"])
    for line in table.lines(console) { console.print(line) }
    return document(word, settings, state, boot)
  }

  private func judge(_ state: TransparentState?, _ boot: TransparentBoot) -> (String, String, Console.Style) {
    guard let state else {
      return ("unknown", "only root may look at the packet filter; next: sudo toa tproxy status", .warning)
    }
    if state.isWhole { return ("working", "Servers' answers are diverted to the proxy", .good) }
    let next = boot.restores ? "systemctl restart \(TransparentPackage.unitName)" : "toa tproxy enable"
    return state.isAbsent
      ? ("lost", "Transparent proxying is enabled, but nothing of it is in the kernel; next: \(next)", .bad)
      : ("incomplete", "Transparent proxying is enabled, but parts of it are missing; next: \(next)", .bad)
  }

  /// The last words of `toa tproxy enable`.
  func say(enabled settings: TransparentSettings) {
    console.say("Servers' answers to clients' addresses come back to this host's proxy.", .good)
    var table = Table()
    for part in settings.parts { table.add(["  \(part.name)", "\(settings.words(part))"]) }
    table.add(["  at boot", "\(TransparentBoot(system).sentence)"])
    for line in table.lines(console) { console.say(line) }
    console.say("  -> on each server, the route to clients has to lead through this host")
    console.say("  -> toa tproxy selftest")
  }

  private func document(
    _ state: String, _ settings: TransparentSettings?, _ parts: TransparentState?, _ boot: TransparentBoot
  ) -> TransparentStatusDocument {
    TransparentStatusDocument(
      state: state, settings: OrNull(settings), atBoot: boot.restores, present: parts?.present.map(\.title) ?? [],
      missing: parts?.missing.map(\.title) ?? [])
  }
}

extension TransparentPart {
  /// "IPv4 mark", as tables have it.
  var name: String {
    switch self {
    case .mark(let family): "\(family.title) mark"
    case .rule(let family): "\(family.title) rule"
    case .route(let family): "\(family.title) route"
    case .reversePath(let interface): "rp_filter of \(interface)"
    }
  }
}

extension TransparentSettings {
  /// What a part does, in a few words.
  fileprivate func words(_ part: TransparentPart) -> String {
    switch part {
    case .mark:
      "\(filter == .nft ? "nft table \(NftMark.table.joined(separator: " "))" : "iptables chain \(IptablesMark.chain)"): "
        + (ports.isEmpty ? "TCP" : "TCP from port \(ports.map(String.init).joined(separator: ","))")
        + (interfaces.isEmpty ? "" : " on \(interfaces.joined(separator: ","))")
        + " for transparent sockets gets mark \(markText)"
    case .rule:
      "number \(priority): mark \(markText)" + (interfaces.isEmpty ? "" : " on \(interfaces.joined(separator: ","))")
        + " to table \(table)"
    case .route: "table \(table): everything is local"
    case .reversePath: "loose"
    }
  }
}
