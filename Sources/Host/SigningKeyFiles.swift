// SPDX-License-Identifier: Apache-2.0

/// A private key and its certificate, as files of a host.
public struct SigningKeyFiles: Sendable, Equatable, Codable {
  /// Who made a key.
  public enum Maker: String, Sendable, Equatable, Codable {
    /// `toa sign --make-key`.
    case toa
    /// Ubuntu's update-secureboot-policy, which DKMS uses there.
    case ubuntu
    /// DKMS.
    case dkms
    /// The build of this very kernel, on the machine that built it.
    case kernel
    /// Somebody who named it.
    case user
  }

  /// Who made it.
  public var maker: Maker
  /// Path of the private key, or a `pkcs11:` URI.
  public var key: String
  /// Path of the certificate, in DER or PEM.
  public var certificate: String

  /// Creates the pair.
  public init(_ maker: Maker, key: String, certificate: String) {
    self.maker = maker
    self.key = key
    self.certificate = certificate
  }

  /// Where toa keeps its own.
  public static let folder = "/var/lib/toa/keys"
  /// What `toa sign --make-key` makes.
  public static let own = SigningKeyFiles(.toa, key: folder + "/toa.key", certificate: folder + "/toa.der")

  /// Whether the key is in a token and not in a file.
  public var isInToken: Bool { key.hasPrefix("pkcs11:") }

  /// The pairs of which both files are there, in the order in which they are tried.
  public static func all(for release: KernelRelease?, in root: FileRoot) -> [SigningKeyFiles] {
    places(for: release).filter { root.isFile($0.key) && root.isFile($0.certificate) }
  }

  private static func places(for release: KernelRelease?) -> [SigningKeyFiles] {
    let mok = "/var/lib/shim-signed/mok/MOK"
    let common = [
      own, SigningKeyFiles(.ubuntu, key: mok + ".priv", certificate: mok + ".der"),
      SigningKeyFiles(.dkms, key: "/var/lib/dkms/mok.key", certificate: "/var/lib/dkms/mok.pub"),
    ]
    guard let build = release?.buildLink else { return common }
    return common + [
      SigningKeyFiles(.kernel, key: build + "/certs/signing_key.pem", certificate: build + "/certs/signing_key.x509"),
      SigningKeyFiles(.kernel, key: build + "/signing_key.priv", certificate: build + "/signing_key.x509"),
    ]
  }
}
