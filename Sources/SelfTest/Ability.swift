// SPDX-License-Identifier: Apache-2.0

/// What a backend can do beyond what every backend can: a case that needs it is not applicable where it is missing.
public enum Ability: String, Sendable, Codable, CaseIterable {
  /// Options with an IPv6 address (254/20, 253/20) are taken.
  case optionsV6
  /// getsockopt(2) 4096 and 1345 at level IPPROTO_IP are answered.
  case getsockopt

  /// Why a case is not applicable without it.
  var reasonToSkip: String {
    switch self {
    case .optionsV6: "this backend reads IPv4 options only"
    case .getsockopt: "getsockopt is not switched on"
    }
  }
}
