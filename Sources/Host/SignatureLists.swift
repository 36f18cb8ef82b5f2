// SPDX-License-Identifier: Apache-2.0

/// Certificates in a variable of the firmware: a run of EFI_SIGNATURE_LIST, of which shim keeps the machine owner's keys.
enum SignatureLists {
  /// EFI_CERT_X509_GUID, a5c059a1-94e4-4aa7-87b5-ab155c2bf072, as it lies in memory.
  private static let x509: [UInt8] = [
    0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
  ]
  private static let headLength = 28
  private static let ownerLength = 16

  /// The X.509 certificates of the lists, in DER; lists of other kinds (hashes) are passed over, and what follows a broken one is
  /// not believed.
  static func certificates(in bytes: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var rest = bytes[...]
    while rest.count >= headLength {
      let kind = rest.prefix(16)
      let (size, header, entry) = (number(rest, 16), number(rest, 20), number(rest, 24))
      guard size >= headLength, size <= rest.count, header <= size - headLength, entry > ownerLength else { break }
      if kind.elementsEqual(x509) {
        var entries = rest.prefix(size).dropFirst(headLength + header)
        while entries.count >= entry {
          found.append(Array(entries.prefix(entry).dropFirst(ownerLength)))
          entries = entries.dropFirst(entry)
        }
      }
      rest = rest.dropFirst(size)
    }
    return found
  }

  /// The little-endian number of four bytes at `offset`.
  private static func number(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> Int {
    bytes.dropFirst(offset).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
