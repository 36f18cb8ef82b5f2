// SPDX-License-Identifier: Apache-2.0

/// The keys by whose signature a module is taken, as the running kernel and the firmware tell them.
public struct TrustedKeys: Sendable, Equatable {
  /// A certificate in the kernel's keyrings, by what /proc/keys says of it.
  public struct Entry: Sendable, Equatable {
    /// Name in the certificate: "Debian Secure Boot CA".
    public let name: String
    /// Its subject key identifier (or serial number) in lower-case hexadecimal digits.
    public let identifier: String
  }

  /// What the kernel thinks of a certificate.
  public enum Standing: String, Sendable, Equatable, Codable {
    /// It is in the kernel's keyrings.
    case trusted
    /// It is enrolled in the firmware, and this kernel did not take it over.
    case ignored
    /// It waits in the firmware for somebody to confirm it at the next boot.
    case pending
    /// Neither the kernel nor the firmware has it.
    case unknown
    /// Nobody may say it: /proc/keys and the firmware's variables cannot be read.
    case unreadable
  }

  /// Certificates in the kernel's keyrings; nil where /proc/keys shows none, as to everybody but root.
  public let kernel: [Entry]?
  /// Certificates that the machine's owner enrolled, in DER; nil where shim left no list of them.
  public let enrolled: [[UInt8]]?
  /// Certificates that wait for a confirmation at the next boot, in DER.
  public let pending: [[UInt8]]
  /// Whether the machine was started by UEFI firmware: nowhere else can a key be enrolled.
  public let hasFirmware: Bool

  private static let shim = "605dab50-e046-4300-abb6-3dd810dd8b23"
  private static let variables = "/sys/firmware/efi/efivars"

  /// Reads the keys of a machine.
  public static func read(from root: FileRoot) -> TrustedKeys {
    let kernel = entries(in: (try? root.text("/proc/keys")) ?? "")
    return TrustedKeys(
      kernel: kernel.isEmpty ? nil : kernel, enrolled: enrolled(in: root),
      pending: variable("MokNew", root).map(SignatureLists.certificates) ?? [],
      hasFirmware: root.isDirectory("/sys/firmware/efi"))
  }

  /// What the kernel thinks of a certificate, by its DER and its subject key identifier.
  public func standing(of certificate: [UInt8], identifier: String?) -> Standing {
    if let identifier, let kernel, kernel.contains(where: { $0.identifier == identifier }) { return .trusted }
    if enrolled?.contains(certificate) == true { return kernel == nil || identifier == nil ? .trusted : .ignored }
    if pending.contains(certificate) { return .pending }
    return kernel == nil && enrolled == nil && hasFirmware ? .unreadable : .unknown
  }

  /// What the kernel thinks of a certificate of which only the subject key identifier is known.
  public func standing(ofIdentifier identifier: String) -> Standing {
    guard let kernel else { return .unreadable }
    return kernel.contains { $0.identifier == identifier } ? .trusted : .unknown
  }

  /// "0a1b2c3d I------     1 perm 1f010000     0     0 asymmetri NAME: IDENTIFIER: X509.rsa cc9ea1 []"
  static func entries(in text: String) -> [Entry] {
    text.lines.compactMap { line in
      guard line.words.count > 8, line.words[7].hasPrefix("asymm"), let description = line.after(String(line.words[7]))
      else { return nil }
      // The name may hold colons of its own: the identifier is the last part but one.
      let parts = description.split(separator: ":").map(\.trimmed)
      guard parts.count >= 3, let identifier = parts.dropLast().last, identifier.allSatisfy(\.isHexDigit) else {
        return nil
      }
      return Entry(name: parts.dropLast(2).joined(separator: ": "), identifier: identifier.lowercased())
    }
  }

  /// Where the list is too long for a variable, only the kernel's own copy of shim's table has all of it.
  private static func enrolled(in root: FileRoot) -> [[UInt8]]? {
    if let table = try? root.bytes("/sys/firmware/efi/mok-variables/MokListRT") {
      return SignatureLists.certificates(in: table)
    }
    return variable("MokListRT", root).map(SignatureLists.certificates)
  }

  /// The bytes of a variable of shim, without the four of its attributes.
  private static func variable(_ name: String, _ root: FileRoot) -> [UInt8]? {
    (try? root.bytes("\(variables)/\(name)-\(shim)")).map { Array($0.dropFirst(4)) }
  }
}
