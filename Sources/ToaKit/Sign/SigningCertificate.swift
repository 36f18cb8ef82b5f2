// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Host

/// What the certificate of a signing key says.
struct SigningCertificate: Sendable, Equatable {
  /// Common name of its subject, which the kernel and modinfo show.
  var name: String
  /// SHA-1 over it, as mokutil and MokManager show it: "0a:1b:…".
  var fingerprint: String
  /// Subject key identifier in lower-case hexadecimal digits, as /proc/keys shows it; nil when it has none.
  var identifier: String?
  /// Length of an RSA key in bits; nil for other kinds.
  var rsaBits: Int?
  /// What the key may be used for ("Code Signing"); nil when it does not limit that.
  var usage: [String]?
  /// "Nov 21 17:00:00 2126 GMT".
  var expires: String?
  /// In DER, as shim and the kernel keep it.
  var der: [UInt8]
  /// In PEM, as openssl takes it everywhere.
  var pem: String

  /// The fingerprint as packages and manifests have it: 40 hexadecimal digits.
  var digest: String { fingerprint.filter { $0 != ":" } }

  /// Whether it may sign programs.
  var isForCode: Bool { usage?.contains("Code Signing") ?? false }

  /// Reads a certificate, in DER or PEM.
  static func read(_ path: String, _ system: System) async throws(ToaError) -> SigningCertificate {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try system.files.bytes(path, limit: 1 << 20)
    } catch {
      throw ToaError(.refused, "cannot read the certificate \(path)", why: errorText(error.errno))
    }
    let result = try await system.openssl(OpenSSL.show(system.located(path), isDER: isDER(bytes)))
    guard result.status == 0, let certificate = SigningCertificate(shown: result.output) else {
      throw ToaError(
        .refused, "\(path) is no certificate", why: "openssl cannot read it as X.509, in DER or PEM",
        next: ["openssl x509 -in \(shellQuoted(path)) -inform \(isDER(bytes) ? "DER" : "PEM") -noout -text"])
    }
    return certificate
  }

  /// DER begins with the tag of a sequence, PEM with a line of text.
  static func isDER(_ bytes: [UInt8]) -> Bool { bytes.first == 0x30 }

  /// Reads what `OpenSSL.show` printed.
  init?(shown text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let begin = lines.firstIndex(of: "-----BEGIN CERTIFICATE-----"),
      let end = lines[begin...].firstIndex(of: "-----END CERTIFICATE-----"),
      let data = Data(base64Encoded: lines[(begin + 1)..<end].joined())
    else { return nil }
    der = Array(data)
    pem = lines[begin...end].joined(separator: "\n") + "\n"
    func value(after label: String) -> String? {
      lines.lazy.compactMap { line in
        line.firstRange(of: label).map { line[$0.upperBound...].trimmingPrefix(" ") }
      }.first.map(String.init)
    }
    func words(below heading: String) -> String? {
      guard let index = lines.firstIndex(where: { $0.contains(heading) }), index + 1 < lines.count else { return nil }
      return String(lines[index + 1].drop { $0 == " " })
    }
    // With -subject first, the first common name is the subject's; the issuer's comes with the text.
    name =
      lines.first { $0.drop { $0 == " " }.hasPrefix("commonName") }.flatMap { $0.split(separator: "= ").last }
      .map(String.init) ?? "without a name"
    fingerprint = (value(after: "ingerprint=") ?? "").lowercased()
    identifier = words(below: "X509v3 Subject Key Identifier").map { $0.filter { $0 != ":" }.lowercased() }
    usage = words(below: "X509v3 Extended Key Usage").map { text in
      text.split(separator: ",").map { String($0.trimmingPrefix(" ")) }
    }
    rsaBits = Self.rsaBits(in: lines)
    expires = value(after: "Not After :")
  }

  /// "Public Key Algorithm: rsaEncryption", then "Public-Key: (2048 bit)" or "RSA Public-Key: (2048 bit, 2 primes)".
  private static func rsaBits(in lines: [String]) -> Int? {
    guard lines.contains(where: { $0.contains("Public Key Algorithm: rsaEncryption") }),
      let line = lines.first(where: { $0.contains("Public-Key: (") }),
      let digits = line.split(separator: "(").last?.prefix(while: \.isNumber)
    else { return nil }
    return Int(digits)
  }
}
