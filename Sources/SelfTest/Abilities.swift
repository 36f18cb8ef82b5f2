// SPDX-License-Identifier: Apache-2.0
public import Wire

/// What the running backend does for a connection: which cases apply follows from it.
public struct Abilities: Sendable, Equatable {
  /// The options that it reads, and which of several counts.
  public var options: OptionTable
  /// The vendors' socket calls that it answers.
  public var socketCalls: Set<Profile.SocketCall>
  /// Where else it looks for an option.
  public var behaviours: Set<Profile.Behaviour>
  /// What it can never give, whatever it is told, each with its reason.
  public var limits: [Limit: String]

  /// A place of the option that a backend may have no way to read.
  public enum Limit: Sendable, Hashable, CaseIterable {
    /// The bare ACK that TCP_DEFER_ACCEPT swallows.
    case deferred
    /// The ACK that data has overtaken.
    case overtaken
    /// The SYN of an ordinary handshake.
    case syn
    /// The ACK behind a SYN whose data TCP Fast Open has taken.
    case fastOpenACK
  }

  /// Creates the value.
  public init(
    options: OptionTable, socketCalls: Set<Profile.SocketCall> = [], behaviours: Set<Profile.Behaviour> = [],
    limits: [Limit: String] = [:]
  ) {
    self.options = options
    self.socketCalls = socketCalls
    self.behaviours = behaviours
    self.limits = limits
  }

  /// What eBPF cannot give (docs/backends.md).
  public static let limitsOfEBPF: [Limit: String] = [
    .deferred: "eBPF does not see the ACK that TCP_DEFER_ACCEPT swallows",
    .overtaken: "eBPF is not shown a segment that TCP takes for old",
    .syn: "eBPF first sees a connection when its handshake is complete",
    .fastOpenACK: "eBPF is not shown the ACK behind a Fast Open SYN",
  ]

  /// What toa.ko is not known to give: with `late` it may, which the self-test then tells.
  public static let limitsOfModule: [Limit: String] = [
    .fastOpenACK: "toa.ko is not known to read the ACK behind a Fast Open SYN"
  ]

  /// The same backend, asked for all that a profile says, whether or not it has been told of that profile. Socket calls that it does
  /// not answer stay out: with eBPF they are a matter of loading.
  public func asked(for profile: Profile) -> Abilities {
    Abilities(
      options: profile.options, socketCalls: profile.socketCalls.intersection(socketCalls),
      behaviours: profile.behaviours.filter { limit(for: $0) == nil }, limits: limits)
  }

  private func limit(for behaviour: Profile.Behaviour) -> String? {
    switch behaviour {
    case .deferred: limits[.deferred]
    case .syn: limits[.syn]
    case .late, .last: nil
    }
  }

  /// What every version of every backend does: options 254/8 and 200/8 of the segment that completes the handshake.
  public static let basic = Abilities(options: OptionTable([.classic(kind: 254), .classic(kind: 200)]))
}

extension Abilities {
  /// Why a case with this option does not apply; nil when it does.
  func lacks(_ format: OptionFormat) -> String? {
    options.formats.contains(format) ? nil : "option \(format) is not in the profile"
  }

  /// Why a case with this socket call does not apply; nil when it does.
  func lacks(_ call: Profile.SocketCall) -> String? {
    socketCalls.contains(call) ? nil : "getsockopt \(call) is not answered"
  }

  /// Why a case with this behaviour does not apply, nil when it does; a case whose result the backend cannot give at all is run.
  func lacks(_ behaviour: Profile.Behaviour, unless limit: Limit) -> String? {
    limits[limit] == nil ? lacks(behaviour) : nil
  }

  /// Why a case with this behaviour does not apply; nil when it does.
  func lacks(_ behaviour: Profile.Behaviour) -> String? {
    behaviours.contains(behaviour) ? nil : "`\(behaviour.rawValue)` is not in the profile"
  }
}
