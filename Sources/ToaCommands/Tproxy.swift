// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import ToaKit

extension TransparentSettings.PacketFilter: ExpressibleByArgument {}

/// `toa tproxy`: servers behind a proxy on this host see the client, as the proxy connects with the client's address.
public struct Tproxy: AsyncParsableCommand {
  /// Summary of the verbs.
  public static let configuration = CommandConfiguration(
    commandName: "tproxy",
    abstract: "Have servers' answers to clients' addresses come back to a transparent proxy here.",
    discussion: """
      HAProxy with `source 0.0.0.0 usesrc clientip`, or nginx with `proxy_bind $remote_addr transparent`, connects to its servers \
      with the client's address. The servers' answers then have to be brought to the proxy: a mark, a rule and a route, which \
      `enable` makes and keeps.
      """,
    subcommands: [
      TproxyEnable.self, TproxyDisable.self, TproxyStatus.self, TproxySelfTest.self, TproxyRestore.self,
      TproxyRelease.self,
    ])

  /// Creates the verbs.
  public init() {}
}

/// `toa tproxy enable`.
public struct TproxyEnable: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Divert servers' answers to the proxy, now and after each boot.",
    discussion: """
      With nftables, in a table of its own, where kernel and tools have it, else with iptables, in a chain of its own; other rules \
      stay as they are. Mark and route table are ones that nobody else uses here. A second run changes nothing; other options \
      change what is enabled.
      """)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Ports of the servers, with commas, or any; answers from others are left alone.", valueName: "ports"))
  var port: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Interfaces on which the servers' answers arrive, with commas, or any.", valueName: "names"))
  var interface: String?

  @Option(
    name: .long, help: ArgumentHelp("Mark of the packets (default: a bit that nobody uses).", valueName: "number"))
  var mark: String?

  @Option(name: .long, help: ArgumentHelp("Route table (default: one that nobody uses).", valueName: "number"))
  var table: UInt32?

  @Option(name: .long, help: "What marks the packets: nft or iptables (default: nft where it works).")
  var firewall: TransparentSettings.PacketFilter?

  @Flag(name: .long, help: "Until the next boot: no package, no unit.")
  var runtime = false

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    let request = TransparentRequest(
      ports: port, interfaces: interface, mark: mark, table: table, filter: firewall, isRuntime: runtime,
      dryRun: change.dryRun, yes: change.yes)
    console.answer(try await TransparentProxying(system, console).enable(request))
    return .success
  }
}

/// `toa tproxy disable`.
public struct TproxyDisable: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Take back what `enable` made, and leave all else as it is.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(try await TransparentProxying(system, console).disable(dryRun: change.dryRun, yes: change.yes))
    return .success
  }
}

/// `toa tproxy status`.
public struct TproxyStatus: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "status", abstract: "What is enabled, and which parts are in the kernel.")

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    console.answer(try await TransparentStatus(system, console).show())
    return .success
  }
}

/// `toa tproxy restore`: what the unit of the package toa-tproxy runs.
public struct TproxyRestore: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Make what the package toa-tproxy says (called at boot).", shouldDisplay: false)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    try await TransparentProxying(system, console).restore()
    return .success
  }
}

/// `toa tproxy release`: what the unit runs when it is stopped, and the package when it goes.
public struct TproxyRelease: Verb {
  /// Summary of the verb.
  public static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Take it out of the kernel until the next boot (called by the package).",
    shouldDisplay: false)

  /// Options that every verb has.
  @OptionGroup public var common: CommonOptions

  /// Creates the verb.
  public init() {}

  /// Does the work.
  public func run(_ system: System, _ console: Console) async throws(ToaError) -> ExitStatus {
    try await TransparentProxying(system, console).release()
    return .success
  }
}
