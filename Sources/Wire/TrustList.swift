// SPDX-License-Identifier: Apache-2.0

/// Why a text is no trust list.
public enum TrustListError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No entry at all; the list that trusts nobody is written `none`.
  case empty
  /// `any` or `none` beside another entry: one of both is a mistake.
  case contradiction(String)
  /// More prefixes than the module keeps.
  case tooMany(Int)
  /// A canonical text of more bytes than the module keeps.
  case tooLong(Int)
  /// An entry that is no prefix.
  case badPrefix(PrefixError)

  /// One clause.
  public var description: String {
    switch self {
    case .empty: "the list is empty; \"none\" trusts nobody"
    case .contradiction(let word): "\"\(word)\" stands alone, not among other entries"
    case .tooMany(let count): "\(count) prefixes are more than the \(TrustList.maximumCount) that the kernel side keeps"
    case .tooLong(let count): "\(count) bytes are more than the \(TrustList.maximumLength) that the kernel side keeps"
    case .badPrefix(let error): error.description
    }
  }
}

/// The source prefixes from which a TOA option is believed, as `--trust` and the module's parameter `trusted` write them.
public struct TrustList: Sendable, Hashable {
  /// The prefixes in order, none inside another; empty for `any` and `nobody`.
  public let prefixes: [IPPrefix]
  /// Whether every source is believed.
  public let isAny: Bool

  /// The most prefixes that the kernel side keeps (TOA_TRUSTED_MAX_PREFIXES).
  public static let maximumCount = 256
  /// The most bytes of text that the kernel side keeps (TOA_TRUSTED_MAX_LENGTH).
  public static let maximumLength = 4000

  /// Every source: whoever reaches the port may then choose the address that the application sees.
  public static let any = TrustList(canonical: [], isAny: true)
  /// No source: every option is ignored.
  public static let nobody = TrustList(canonical: [])

  /// Loopback, private, shared (RFC 6598) and link-local addresses; public ranges of a load balancer have to be added.
  public static let standard = TrustList(canonical: [
    IPPrefix(.v4(IPv4Address(10, 0, 0, 0)), length: 8),
    IPPrefix(.v4(IPv4Address(100, 64, 0, 0)), length: 10),
    IPPrefix(.v4(IPv4Address(127, 0, 0, 0)), length: 8),
    IPPrefix(.v4(IPv4Address(169, 254, 0, 0)), length: 16),
    IPPrefix(.v4(IPv4Address(172, 16, 0, 0)), length: 12),
    IPPrefix(.v4(IPv4Address(192, 168, 0, 0)), length: 16),
    IPPrefix(.v6(IPv6Address(high: 0, low: 1)), length: 128),
    IPPrefix(.v6(IPv6Address(high: 0xfc00 << 48, low: 0)), length: 7),
    IPPrefix(.v6(IPv6Address(high: 0xfe80 << 48, low: 0)), length: 10),
  ])

  /// Creates a list: sorted, without prefixes that lie inside another. No prefix gives `nobody`.
  public init(_ prefixes: [IPPrefix]) {
    // Sorted, a prefix comes after all that cover it, so the last one kept is the only one to ask.
    self.init(
      canonical: prefixes.sorted().reduce(into: []) { kept, prefix in
        if kept.last?.covers(prefix) != true { kept.append(prefix) }
      })
  }

  /// Reads `any`, `none` or prefixes. Commas and white space separate, as in the module: sysfs adds a line end.
  public init(parsing text: String) throws(TrustListError) {
    let separators: Set<Character> = [",", " ", "\t", "\r", "\n", "\r\n"]
    let entries = text.split { separators.contains($0) }.map { String($0) }
    guard !entries.isEmpty else { throw .empty }
    for (word, list) in [("any", Self.any), ("none", Self.nobody)] where entries.contains(word) {
      guard entries.count == 1 else { throw .contradiction(word) }
      self = list
      return
    }
    var prefixes: [IPPrefix] = []
    for entry in entries {
      do throws(PrefixError) {
        prefixes.append(try IPPrefix(parsing: entry))
      } catch {
        throw .badPrefix(error)
      }
    }
    self.init(prefixes)
    guard self.prefixes.count <= Self.maximumCount else { throw .tooMany(self.prefixes.count) }
    guard description.utf8.count <= Self.maximumLength else { throw .tooLong(description.utf8.count) }
  }

  /// Whether an option from this source is believed.
  public func contains(_ source: IPAddress) -> Bool { isAny || prefixes.contains { $0.contains(source) } }

  private init(canonical prefixes: [IPPrefix], isAny: Bool = false) {
    self.prefixes = prefixes
    self.isAny = isAny
  }
}

extension TrustList: CustomStringConvertible {
  /// The form that the module's parameter takes: "10.0.0.0/8,fc00::/7", "any" or "none". Equal lists have equal texts.
  public var description: String {
    if isAny { return "any" }
    return prefixes.isEmpty ? "none" : prefixes.map(\.description).joined(separator: ",")
  }
}
