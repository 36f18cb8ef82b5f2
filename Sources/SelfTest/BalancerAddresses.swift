// SPDX-License-Identifier: Apache-2.0
import Wire

/// The addresses that the synthetic load balancer uses, chosen by what the running backend trusts.
struct BalancerAddresses {
  /// An IPv4 address inside of the trusted prefixes; nil when they hold none.
  let trusted: IPv4Address?
  /// An IPv4 address outside of them; nil when none of the candidates is.
  let untrusted: IPv4Address?
  /// An IPv6 address inside of the trusted prefixes; nil when they hold none.
  let trustedV6: IPv6Address?
  /// An IPv6 address outside of them; nil when none of the candidates is.
  let untrustedV6: IPv6Address?

  /// The balancer of a listener, inside of the trusted prefixes.
  func trusted(_ listener: ListenerFamily) -> IPAddress? {
    listener == .v6 ? trustedV6.map { .v6($0) } : trusted.map { .v4($0) }
  }

  /// The balancer of a listener, outside of the trusted prefixes.
  func untrusted(_ listener: ListenerFamily) -> IPAddress? {
    listener == .v6 ? untrustedV6.map { .v6($0) } : untrusted.map { .v4($0) }
  }

  init(trusted list: TrustList) {
    let usual = IPv4Address(10, 9, 0, 2)
    trusted = ([usual] + list.prefixes.flatMap(Self.hosts)).first { list.contains(.v4($0)) && Self.isPossible($0) }
    // The documentation ranges first (RFC 5737, TEST-NET-2, 3, 1), then private and public ones that a list may leave out.
    let outside = [
      IPv4Address(198, 51, 100, 2), IPv4Address(203, 0, 113, 2), IPv4Address(192, 0, 2, 2), usual,
      IPv4Address(192, 168, 9, 2), IPv4Address(8, 9, 9, 2), IPv4Address(150, 9, 9, 2), IPv4Address(200, 9, 9, 2),
    ]
    untrusted = outside.first { !list.contains(.v4($0)) }
    let usualV6 = IPv6Address(high: Stage.addressV6.high, low: 2)
    trustedV6 = ([usualV6] + list.prefixes.flatMap(Self.hostsV6)).first {
      list.contains(.v6($0)) && Self.isPossible($0)
    }
    // A documentation address (RFC 3849), the usual one, then public and site-local ones that a list may leave out.
    let outsideV6 = [0x2001_0db8_0001_0000, usualV6.high, 0x2a01_0009_0000_0000, 0xfec0_0009_0000_0000].map {
      IPv6Address(high: $0, low: 2)
    }
    untrustedV6 = outsideV6.first { !list.contains(.v6($0)) }
  }

  /// The first addresses of an IPv4 prefix that are inside it; the caller checks that again.
  private static func hosts(_ prefix: IPPrefix) -> [IPv4Address] {
    guard case .v4(let first) = prefix.address else { return [] }
    return (1...4).map { IPv4Address(first.value &+ $0) } + [first]
  }

  private static func hostsV6(_ prefix: IPPrefix) -> [IPv6Address] {
    guard case .v6(let first) = prefix.address else { return [] }
    return (2...5).map { IPv6Address(high: first.high, low: first.low &+ $0) } + [first]
  }

  /// Whether a packet with this source is taken from a device: link-local and loopback addresses are not, in general.
  private static func isPossible(_ address: IPv6Address) -> Bool {
    !address.isUnspecified && !address.isLoopback && !address.isMulticast && address.high >> 54 != 0x3fa
      && address.mappedAddress == nil && address != Stage.addressV6
  }

  /// Whether a packet with this source is taken from a device at all, and the address is not used for something else.
  private static func isPossible(_ address: IPv4Address) -> Bool {
    let isThisNetwork = address.value >> 24 == 0
    let isReserved = address.value >> 28 == 0xf
    return !isThisNetwork && !isReserved && !address.isLoopback && !address.isMulticast && address != Stage.address
      && .v4(address) != Scenario.client.address
  }
}
