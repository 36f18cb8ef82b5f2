// SPDX-License-Identifier: Apache-2.0
public import Wire

/// What to test.
public struct SelfTestOptions: Sendable, Equatable {
  /// Names of the cases to run; empty runs all.
  public var only: [String]
  /// What the running backend trusts (for the module, the text of /sys/module/toa/parameters/trusted); nil stands for the
  /// standard list. The load balancer's addresses are chosen inside and outside of it.
  public var trusted: TrustList?
  /// What the running backend does: the cases that apply follow from it.
  public var abilities: Abilities
  /// A profile whose options, socket calls and behaviours are tested, whether or not the backend has been told of them; nil tests
  /// what it has been told of.
  public var profile: Profile?
  /// Whether each option is tried with each handshake on each kind of socket, instead of each handshake once.
  public var isWhole: Bool
  /// Milliseconds that one case may take before it counts as failed; all cases together get five times as much. A case takes
  /// about one; the rest is patience with a host so busy that giving up would call a working TOA broken.
  public var caseMilliseconds: Int

  /// Creates options.
  public init(
    only: [String] = [], trusted: TrustList? = nil, abilities: Abilities = .basic, profile: Profile? = nil,
    isWhole: Bool = false, caseMilliseconds: Int = 3000
  ) {
    self.only = only
    self.trusted = trusted
    self.abilities = abilities
    self.profile = profile
    self.isWhole = isWhole
    self.caseMilliseconds = caseMilliseconds
  }

  /// The names that `only` knows, in the order in which the cases run.
  public var caseNames: [String] { scenarios.map(\.name) }

  /// The cases in the order in which they run.
  var scenarios: [Scenario] {
    let list = ScenarioList(profile.map(abilities.asked(for:)) ?? abilities)
    return isWhole || !only.isEmpty ? list.all + list.matrix : list.all
  }
}
