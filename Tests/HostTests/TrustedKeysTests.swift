// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct TrustedKeysTests {
  private static let variables = "/sys/firmware/efi/efivars"
  private static let shim = "605dab50-e046-4300-abb6-3dd810dd8b23"
  private static let x509: [UInt8] = [
    0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
  ]
  private static let keys = """
    0c808d4b I------     1 perm 0f0b0000     0     0 keyring   .blacklist: empty
    1f4c9a2e I------     1 perm 1f010000     0     0 asymmetri Debian Secure Boot CA: 6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1: X509.rsa bb419ea1 []
    20ab1c3d I------     1 perm 1f030000     0     0 asymmetri Fleet: build: north: 00AA11: X509.rsa 00aa11 []
    2222ffff I------     1 perm 1f030000     0     0 user      something: 00aa11: else
    asymmetri

    """

  /// One EFI_SIGNATURE_LIST with one entry each.
  private static func list(_ certificate: [UInt8], kind: [UInt8] = x509, size: Int? = nil, entry: Int? = nil) -> [UInt8]
  {
    func number(_ value: Int) -> [UInt8] { [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) } }
    let length = 16 + certificate.count
    return kind + number(size ?? 28 + length) + number(0) + number(entry ?? length)
      + [UInt8](repeating: 7, count: 16) + certificate
  }

  private func keys(_ variables: [String: [UInt8]], kernel: String? = keys, table: [UInt8]? = nil) throws -> TrustedKeys
  {
    let folder = try TemporaryFolder(kernel.map { ["/proc/keys": $0] } ?? [:])
    for (name, bytes) in variables { try folder.write("\(Self.variables)/\(name)-\(Self.shim)", [7, 0, 0, 0] + bytes) }
    if let table { try folder.write("/sys/firmware/efi/mok-variables/MokListRT", table) }
    return .read(from: folder.root)
  }

  @Test func `the kernel's keyrings are read from proc keys`() throws {
    let keys = try keys([:])
    #expect(keys.kernel?.map(\.name) == ["Debian Secure Boot CA", "Fleet: build: north"])
    #expect(keys.kernel?.map(\.identifier) == ["6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1", "00aa11"])
    #expect(keys.standing(of: [1], identifier: "00aa11") == .trusted)
    #expect(keys.standing(of: [1], identifier: "00aa12") == .unknown)
    #expect(keys.standing(of: [1], identifier: nil) == .unknown)
    #expect(!keys.hasFirmware)
  }

  @Test func `who may not see the keyrings is not told that they are empty`() throws {
    #expect(
      try keys([:], kernel: "0c808d4b I------     1 perm 0f0b0000     0     0 keyring   .x: empty\n").kernel == nil)
    #expect(try keys([:], kernel: nil).kernel == nil)
    #expect(try keys([:], kernel: nil).standing(of: [1], identifier: "a") == .unknown)
    let firmware = try keys(["SecureBoot": [1]], kernel: nil)
    #expect(firmware.standing(of: [1], identifier: "a") == .unreadable)
  }

  @Test func `enrolled and waiting certificates are read from shim's variables`() throws {
    let keys = try keys([
      "MokListRT": Self.list([0x30, 1, 2]) + Self.list([9], kind: [UInt8](repeating: 3, count: 16))
        + Self.list([0x30, 3]), "MokNew": Self.list([0x30, 4]),
    ])
    #expect(keys.hasFirmware)
    #expect(keys.enrolled == [[0x30, 1, 2], [0x30, 3]])
    #expect(keys.pending == [[0x30, 4]])
    // Enrolled, but the kernel has not taken it over.
    #expect(keys.standing(of: [0x30, 3], identifier: "0b") == .ignored)
    #expect(keys.standing(of: [0x30, 4], identifier: "0b") == .pending)
    #expect(keys.standing(of: [0x30, 5], identifier: "0b") == .unknown)
  }

  @Test func `without the kernel's word the firmware's counts`() throws {
    let keys = try keys(["MokListRT": Self.list([0x30, 1])], kernel: nil)
    #expect(keys.standing(of: [0x30, 1], identifier: "0b") == .trusted)
  }

  @Test func `the kernel's own copy of shim's list comes first`() throws {
    let keys = try keys(["MokListRT": []], table: Self.list([0x30, 8]))
    #expect(keys.enrolled == [[0x30, 8]])
  }

  @Test(arguments: [
    list([1, 2], size: 27), list([1, 2], size: 4000), list([1, 2], entry: 16), list([1, 2], entry: 0),
    list([1, 2], entry: 4000), Array(list([1, 2]).dropLast()), Array(list([1, 2]).prefix(20)), [UInt8](),
  ])
  func `a broken list gives no certificates`(_ bytes: [UInt8]) throws {
    #expect(try keys(["MokListRT": bytes]).enrolled == [])
  }
}
