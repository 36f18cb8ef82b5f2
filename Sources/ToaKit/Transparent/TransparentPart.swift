// SPDX-License-Identifier: Apache-2.0

/// One of the things that bring a server's answer to a client's address back to the proxy on this host.
public enum TransparentPart: Sendable, Hashable, Codable {
  /// The rule of the packet filter that marks packets for the proxy's sockets.
  case mark(IPFamily)
  /// The rule by which marked packets are looked up in the table.
  case rule(IPFamily)
  /// The route in the table that delivers everything locally.
  case route(IPFamily)
  /// A check of the reverse path on an interface that is not strict.
  case reversePath(String)

  /// "the IPv4 rule that marks packets for the proxy's sockets".
  var title: String {
    switch self {
    case .mark(let family): "the \(family.title) rule that marks packets for the proxy's sockets"
    case .rule(let family): "the \(family.title) rule that looks marked packets up in their table"
    case .route(let family): "the \(family.title) route that delivers marked packets to this host"
    case .reversePath(let interface): "the loose check of the reverse path on \(interface)"
    }
  }
}

/// Which of the parts are in the kernel.
public struct TransparentState: Sendable, Equatable {
  /// Those that are there.
  var present: [TransparentPart]
  /// Those that are not, in the order in which they are made.
  var missing: [TransparentPart]

  /// Whether nothing is missing.
  var isWhole: Bool { missing.isEmpty }
  /// Whether nothing is there.
  var isAbsent: Bool { present.isEmpty }
}
