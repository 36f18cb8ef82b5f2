// SPDX-License-Identifier: Apache-2.0
internal import CBpf
internal import Wire

extension toa_prefix {
  /// The key of a prefix in the map `trusted`.
  init(_ prefix: IPPrefix) {
    self.init()
    length = 32 + UInt32(prefix.length)
    family = (0, 0, 0, prefix.address.bytes.count == 4 ? 4 : 6)
    unsafe withUnsafeMutableBytes(of: &address) { unsafe $0.copyBytes(from: prefix.address.bytes) }
  }

  /// The prefix that is meant; nil for what toa never writes.
  var prefix: IPPrefix? {
    let bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0) }
    let address: IPAddress?
    switch family.3 {
    case 4: address = IPv4Address(bytes: bytes[..<4]).map { .v4($0) }
    case 6: address = IPv6Address(bytes: bytes[...]).map { .v6($0) }
    default: address = nil
    }
    guard let address, length >= 32 else { return nil }
    return IPPrefix(address, length: Int(length) - 32)
  }

  /// The keys that stand for a list: both families' whole ranges for `any`.
  static func keys(_ list: TrustList) -> [toa_prefix] {
    (list.isAny ? everything : list.prefixes).map { toa_prefix($0) }
  }

  /// The list that a set of keys stands for.
  static func list(_ keys: [toa_prefix]) -> TrustList {
    let prefixes = keys.compactMap(\.prefix)
    return Set(everything).isSubset(of: prefixes) ? .any : TrustList(prefixes)
  }

  private static let everything = [
    IPPrefix(.v4(IPv4Address(0)), length: 0), IPPrefix(.v6(IPv6Address(high: 0, low: 0)), length: 0),
  ]
}

extension toa_option_key {
  init(_ format: OptionFormat) { self.init(kind: format.kind, length: format.length) }
}

extension toa_option_format {
  init(_ layout: OptionLayout) {
    self.init(
      family: layout.family == .v4 ? 4 : 6, port_offset: UInt8(layout.portOffset ?? 0),
      address_offset: UInt8(layout.addressOffset), version: layout.version ?? 0)
  }
}

extension OptionFormat {
  /// The format that an entry of the map `options` stands for; nil for the mark of a known kind.
  init?(_ key: toa_option_key, _ value: toa_option_format) {
    guard key.length > 0 else { return nil }
    self.init(
      kind: key.kind, length: key.length,
      layout: OptionLayout(
        value.family == 6 ? .v6 : .v4, addressOffset: Int(value.address_offset),
        portOffset: value.port_offset == 0 ? nil : Int(value.port_offset),
        version: value.version == 0 ? nil : value.version))
  }
}

extension toa_endpoint {
  /// The address and port; an IPv4-mapped address as IPv4.
  var endpoint: Endpoint {
    let bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0) }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
    let address: IPAddress =
      if isMapped, let inner = IPv4Address(bytes: bytes[12...]) {
        .v4(inner)
      } else {
        .v6(IPv6Address(bytes: bytes[...]) ?? IPv6Address(high: 0, low: 0))
      }
    return Endpoint(address: address, port: UInt16(bigEndian: port))
  }
}

extension toa_settings {
  init(_ profile: Profile) {
    self.init()
    if profile.socketCalls.contains(.nat64Peer) { calls |= TOA_CALL_NAT64.rawValue }
    if profile.socketCalls.contains(.ttmPeer) { calls |= TOA_CALL_TTM.rawValue }
    toa_about.write(profile.description, to: &self.profile)
  }

  /// The profile that the words and the options say, which an earlier version of toa kept without words and with all calls.
  func profile(_ formats: [OptionFormat]) -> Profile? {
    let words = toa_about.text(profile)
    if let profile = try? Profile(parsing: words), Set(profile.options.clientFormats) == Set(formats) { return profile }
    return try? Profile(parsing: (formats.map(\.word) + ["4096", "1345"]).joined(separator: ","))
  }
}

extension toa_about {
  init(generation: UInt32, version: String, object: String, settings: BpfSettings) {
    self.init()
    self.generation = generation
    getsockopt = settings.getsockopt ? 1 : 0
    Self.write(version, to: &self.version)
    Self.write(object, to: &self.object)
    Self.write(settings.cgroup, to: &cgroup)
  }

  /// Longest cgroup path that can be kept.
  static var longestPath: Int { MemoryLayout.size(ofValue: toa_about().cgroup) - 1 }

  /// Text of a field.
  static func text<Field>(_ field: Field) -> String {
    unsafe withUnsafeBytes(of: field) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  static func write<Field>(_ text: String, to field: inout Field) {
    unsafe withUnsafeMutableBytes(of: &field) { bytes in
      unsafe bytes.copyBytes(from: text.utf8.prefix(bytes.count - 1))
    }
  }
}
