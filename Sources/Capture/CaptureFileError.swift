// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no capture file.
public enum CaptureFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first bytes are those of no known format.
  case format
  /// A version of the format that is not known.
  case version(Int)
  /// A link type that cannot be read.
  case link(UInt32)
  /// A length that cannot be, at this byte of the file.
  case length(UInt32, at: Int)
  /// A packet of an interface that the file does not describe.
  case interface(UInt32)

  /// One clause.
  public var description: String {
    switch self {
    case .format: "it begins like no capture file: neither pcap nor pcapng"
    case .version(let version): "version \(version) of its format is not known"
    case .link(let number):
      "its packets are of link type \(number); known are Ethernet, raw IP, loopback and Linux \"any\""
    case .length(let length, let offset): "it is damaged: a length of \(length) at byte \(offset)"
    case .interface(let number): "it is damaged: a packet of interface \(number), which it does not describe"
    }
  }
}
