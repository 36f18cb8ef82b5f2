// SPDX-License-Identifier: Apache-2.0
public import Wire

/// How the programs are to work; read once when they are loaded, and back from their maps.
public struct BpfSettings: Sendable, Equatable {
  /// Sources from which an option is believed.
  public var trusted: TrustList
  /// Options that are taken for TOA, and socket calls that are answered with `getsockopt`. What the programs cannot do is left out.
  public var profile: Profile
  /// Absolute path of the cgroup below which servers are covered, in the cgroup2 file system.
  public var cgroup: String
  /// Whether getsockopt(2) is answered, too, as the profile says, which costs every such call about a tenth of a microsecond.
  public var getsockopt: Bool

  /// Creates settings.
  public init(
    trusted: TrustList = .standard, profile: Profile = .standard, cgroup: String, getsockopt: Bool = false
  ) {
    self.trusted = trusted
    self.profile = profile
    self.cgroup = cgroup
    self.getsockopt = getsockopt
  }

  /// Options that are taken for TOA.
  public var options: OptionTable { profile.options }

  /// The socket calls that are answered, in the order in which they are always listed.
  public var socketCalls: [Profile.SocketCall] { getsockopt ? profile.sortedSocketCalls : [] }
}
