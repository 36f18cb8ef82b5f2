// SPDX-License-Identifier: Apache-2.0

/// One TCP option other than "end of option list" and "no-operation" (RFC 9293, 3.1).
public struct TCPOption: Sendable, Hashable {
  /// Option kind.
  public let kind: UInt8
  /// What follows the kind and length bytes.
  public let data: [UInt8]

  /// Creates an option.
  public init(kind: UInt8, data: [UInt8]) {
    self.kind = kind
    self.data = data
  }

  /// Maximum segment size (RFC 9293, 3.7.1) in bytes.
  public static func maximumSegmentSize(_ bytes: UInt16) -> TCPOption { TCPOption(kind: 2, data: bytes.bigEndianBytes) }

  /// The option as it is sent: kind, length, data. The length byte of data beyond 253 bytes stays at 255.
  public var bytes: [UInt8] { [kind, UInt8(clamping: data.count + 2)] + data }
}

/// Why the walk through the options ended before the header did.
public enum OptionFault: Sendable, Hashable {
  /// A kind byte at the very end, where no length can follow.
  case lengthMissing(kind: UInt8)
  /// A length below 2, which cannot hold the kind and length bytes.
  case lengthTooSmall(kind: UInt8, length: UInt8)
  /// A length that runs past the end of the header.
  case lengthPastEnd(kind: UInt8, length: UInt8, remaining: Int)
}

/// The option list of a TCP header as values.
public struct TCPOptions: Sendable, Hashable {
  /// Bytes of options that a TCP header can hold: a data offset of 15 words less the fixed 5.
  public static let capacity = 40

  /// The options in order, without padding.
  public let options: [TCPOption]
  /// Why the walk stopped early; nil when it came to the end of the list.
  public let fault: OptionFault?

  /// Reads the bytes between the fixed header and the payload. Kind 0 ends the list, kind 1 is one byte of padding, a length
  /// that is missing, below 2 or too large ends the walk; what came before it stays.
  public init(parsing bytes: [UInt8]) {
    var options: [TCPOption] = []
    var fault: OptionFault?
    var offset = 0
    while offset < bytes.count, fault == nil {
      let kind = bytes[offset]
      let remaining = bytes.count - offset
      if kind == 0 { break }
      if kind == 1 {
        offset += 1
      } else if remaining < 2 {
        fault = .lengthMissing(kind: kind)
      } else if bytes[offset + 1] < 2 {
        fault = .lengthTooSmall(kind: kind, length: bytes[offset + 1])
      } else if Int(bytes[offset + 1]) > remaining {
        fault = .lengthPastEnd(kind: kind, length: bytes[offset + 1], remaining: remaining)
      } else {
        let end = offset + Int(bytes[offset + 1])
        options.append(TCPOption(kind: kind, data: Array(bytes[(offset + 2)..<end])))
        offset = end
      }
    }
    self.options = options
    self.fault = fault
  }
}
