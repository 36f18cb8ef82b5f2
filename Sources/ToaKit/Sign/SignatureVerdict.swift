// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Whether a module carries a signature that its content and a certificate bear out.
enum SignatureVerdict: Sendable, Equatable {
  /// There is no signature.
  case unsigned
  /// What is appended is no signature, and why.
  case broken(String)
  /// The signature was not made with the certificate's key, or the content has changed since.
  case wrong
  /// It is of the form of kernels before 4.3, which openssl does not read.
  case unreadable
  /// All is well.
  case good

  /// Judges an uncompressed module; openssl's files lie in `folder` meanwhile.
  static func judge(
    _ module: [UInt8], by certificate: SigningCertificate, in folder: SigningFolder, _ system: System
  ) async throws(ToaError) -> SignatureVerdict {
    let signature: ModuleSignature
    do throws(ModuleSignature.Problem) {
      guard let found = try ModuleSignature(of: module) else { return .unsigned }
      signature = found
    } catch {
      return .broken(error.description)
    }
    guard signature.form == .pkcs7 else { return .unreadable }
    let result = try await system.openssl(
      OpenSSL.verify(
        system.located(try folder.write("signature.der", signature.bytes, system)),
        content: system.located(try folder.write("content", Array(module[..<signature.contentLength]), system)),
        certificate: system.located(try folder.write("certificate.pem", Array(certificate.pem.utf8), system))))
    return result.status == 0 ? .good : .wrong
  }
}
