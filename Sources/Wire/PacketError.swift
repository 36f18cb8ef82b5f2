// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no packet of the expected kind.
public enum PacketError: Error, Sendable, Hashable {
  /// Fewer bytes than the header, or the length it states, needs.
  case truncated
  /// The IP version is neither the expected one nor, where any will do, 4 or 6.
  case version(UInt8)
  /// A header length below its minimum or a total length below the header's.
  case badLength
  /// The checksum does not fit.
  case checksum
  /// A fragment: the TCP header may be elsewhere.
  case fragment
  /// No TCP, or behind an IPv6 extension header; the protocol number that was found.
  case notTCP(UInt8)
}
