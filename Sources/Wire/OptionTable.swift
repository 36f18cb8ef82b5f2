// SPDX-License-Identifier: Apache-2.0

/// What a segment's options say of the client.
public enum OptionSearch: Sendable, Hashable {
  /// A TOA option, and the client in it.
  case client(Endpoint, OptionFormat)
  /// A TOA option that holds no address or port that a client can have; options after it are not looked at.
  case unusable(OptionFormat)
  /// No TOA option before the options end or stop making sense.
  case absent
}

/// The options that are taken for TOA, as the kernel side has them.
public struct OptionTable: Sendable, Hashable {
  /// The formats, no (kind, length) twice.
  public let formats: [OptionFormat]

  /// Creates a table; of two formats with the same (kind, length) the first stays.
  public init(_ formats: [OptionFormat]) {
    self.formats = formats.reduce(into: []) { kept, format in
      if !kept.contains(where: { $0.kind == format.kind && $0.length == format.length }) { kept.append(format) }
    }
  }

  /// 254/8 (LVS, DPVS, Huawei, Alibaba SLB) and 200/8 (Tencent, UCloud).
  public static let standard = OptionTable([.classic(kind: 254), .classic(kind: 200)])

  /// `standard`, 254/20 (DPVS) and 253/20 (Alibaba, Huawei, Tencent NAT64) with an IPv6 address.
  public static let standardWithV6 = OptionTable(
    standard.formats + [.classicV6(kind: 254), .classicV6(kind: 253)])

  /// The format of a (kind, length) pair.
  public func format(kind: UInt8, length: Int) -> OptionFormat? {
    formats.first { $0.kind == kind && Int($0.length) == length }
  }

  /// Looks through the option bytes of a TCP header. The first option with a (kind, length) of the table decides; a known
  /// kind with another length is skipped like any other option.
  public func search(_ bytes: [UInt8]) -> OptionSearch {
    for option in TCPOptions(parsing: bytes).options {
      guard let format = format(kind: option.kind, length: option.bytes.count) else { continue }
      return format.client(in: option).map { .client($0, format) } ?? .unusable(format)
    }
    return .absent
  }
}
