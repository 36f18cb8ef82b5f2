// SPDX-License-Identifier: Apache-2.0

/// What a segment's options say of the client.
public enum OptionSearch: Sendable, Hashable {
  /// A TOA option, and the client in it.
  case client(Endpoint, OptionFormat)
  /// The TOA option that counts holds no address or port that a client can have, or another version.
  case unusable(OptionFormat)
  /// No option with a client, but one of a known kind: with a length that it never has (nil: where the options end), or cut off.
  case wrongLength(kind: UInt8, length: UInt8?)
  /// More options with a client than proxies that stand one behind the other would leave.
  case tooMany(Int)
  /// No TOA option before the options end or stop making sense.
  case absent

  /// Whether the kernel side counts the connection as `malformed`.
  public var isMalformed: Bool {
    switch self {
    case .client, .absent: false
    case .unusable, .wrongLength, .tooMany: true
    }
  }
}

/// The options that are taken for TOA, as the kernel side has them.
public struct OptionTable: Sendable, Hashable {
  /// Which of several options with a client in one segment counts.
  public enum Choice: Sendable, Hashable {
    /// The first.
    case first
    /// The last of up to `OptionTable.maximumChained`; more are refused.
    case last
  }

  /// The most options with a client that one segment can have under `.last` (MAX_STACKED).
  public static let maximumChained = 3

  /// The formats, no (kind, length) twice.
  public let formats: [OptionFormat]
  /// Which of several counts.
  public let choice: Choice

  /// Creates a table; of two formats with the same (kind, length) the first stays.
  public init(_ formats: [OptionFormat], choice: Choice = .first) {
    self.formats = formats.reduce(into: []) { kept, format in
      if !kept.contains(where: { $0.isSamePair(format) }) { kept.append(format) }
    }
    self.choice = choice
  }

  /// The options of the default profile: 254/8 (LVS, DPVS, Huawei, Alibaba SLB), 200/8 (Tencent, UCloud), and with an IPv6 address
  /// 254/20 (DPVS) and 253/20 (Alibaba, Huawei, Tencent NAT64).
  public static let standard = Profile.standard.options

  /// Those that name a client.
  public var clientFormats: [OptionFormat] { formats.filter { $0.layout != nil } }

  /// The format of a (kind, length) pair.
  public func format(kind: UInt8, length: Int) -> OptionFormat? {
    formats.first { $0.kind == kind && Int($0.length) == length }
  }

  /// Looks through the option bytes of a TCP header. A known kind with another length is skipped like any other option, and so is
  /// an option that names no client; the former is told of when nothing better is found. `isSYN` says that they are those of a SYN.
  public func search(_ bytes: [UInt8], isSYN: Bool = false) -> OptionSearch {
    let walk = TCPOptions(parsing: bytes)
    var found: OptionSearch?
    var count = 0
    var wrong: OptionSearch?
    for option in walk.options where !(isSYN && Self.isFastOpen(option)) {
      guard let format = format(kind: option.kind, length: option.bytes.count) else {
        if isKnown(option.kind) { wrong = .wrongLength(kind: option.kind, length: UInt8(option.bytes.count)) }
        continue
      }
      guard format.layout != nil else { continue }
      let search = format.client(in: option).map { OptionSearch.client($0, format) } ?? .unusable(format)
      if choice == .first { return search }
      found = search
      count += 1
    }
    if count > Self.maximumChained { return .tooMany(count) }
    return found ?? walk.fault.flatMap(wrongLength) ?? wrong ?? .absent
  }

  /// Kinds 253 and 254 are for experiments, whose options begin with a number of the experiment (RFC 6994). TCP Fast Open has sent
  /// such options, in a SYN only; elsewhere the same two bytes are the port 63881.
  private static func isFastOpen(_ option: TCPOption) -> Bool {
    option.kind >= 253 && option.data.starts(with: [0xf9, 0x89])
  }

  private func isKnown(_ kind: UInt8) -> Bool { formats.contains { $0.kind == kind } }

  /// The option at which the walk stopped, when it is of a known kind.
  private func wrongLength(_ fault: OptionFault) -> OptionSearch? {
    let (kind, length): (UInt8, UInt8?) =
      switch fault {
      case .lengthMissing(let kind): (kind, nil)
      case .lengthTooSmall(let kind, let length), .lengthPastEnd(let kind, let length, _): (kind, length)
      }
    return isKnown(kind) ? .wrongLength(kind: kind, length: length) : nil
  }
}
