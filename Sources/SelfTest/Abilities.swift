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
  /// Whether a late option is also read from a segment that TCP takes for old, as data has overtaken it.
  public var readsOldSegments: Bool

  /// Creates the value.
  public init(
    options: OptionTable, socketCalls: Set<Profile.SocketCall> = [], behaviours: Set<Profile.Behaviour> = [],
    readsOldSegments: Bool = false
  ) {
    self.options = options
    self.socketCalls = socketCalls
    self.behaviours = behaviours
    self.readsOldSegments = readsOldSegments
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

  /// Why a case with this behaviour does not apply; nil when it does.
  func lacks(_ behaviour: Profile.Behaviour) -> String? {
    behaviours.contains(behaviour) ? nil : "`\(behaviour.rawValue)` is not in the profile"
  }
}
