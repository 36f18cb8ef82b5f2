// SPDX-License-Identifier: Apache-2.0
import Wire

/// The addresses that the synthetic load balancer uses, chosen by what the running backend trusts.
struct BalancerAddresses {
  /// The balancer over IPv6, where no case carries an option.
  static let v6 = IPv6Address(high: Stage.addressV6.high, low: 2)

  /// An IPv4 address inside of the trusted prefixes; nil when they hold none.
  let trusted: IPv4Address?
  /// An IPv4 address outside of them; nil when none of the candidates is.
  let untrusted: IPv4Address?

  init(trusted list: TrustList) {
    let usual = IPv4Address(10, 9, 0, 2)
    trusted = ([usual] + list.prefixes.flatMap(Self.hosts)).first { list.contains(.v4($0)) && Self.isPossible($0) }
    // The documentation ranges first (RFC 5737, TEST-NET-2, 3, 1), then private and public ones that a list may leave out.
    let outside = [
      IPv4Address(198, 51, 100, 2), IPv4Address(203, 0, 113, 2), IPv4Address(192, 0, 2, 2), usual,
      IPv4Address(192, 168, 9, 2), IPv4Address(8, 9, 9, 2), IPv4Address(150, 9, 9, 2), IPv4Address(200, 9, 9, 2),
    ]
    untrusted = outside.first { !list.contains(.v4($0)) }
  }

  /// The first addresses of an IPv4 prefix that are inside it; the caller checks that again.
  private static func hosts(_ prefix: IPPrefix) -> [IPv4Address] {
    guard case .v4(let first) = prefix.address else { return [] }
    return (1...4).map { IPv4Address(first.value &+ $0) } + [first]
  }

  /// Whether a packet with this source is taken from a device at all, and the address is not used for something else.
  private static func isPossible(_ address: IPv4Address) -> Bool {
    let isThisNetwork = address.value >> 24 == 0
    let isReserved = address.value >> 28 == 0xf
    return !isThisNetwork && !isReserved && !address.isLoopback && !address.isMulticast && address != Stage.address
      && .v4(address) != Scenario.client.address
  }
}
