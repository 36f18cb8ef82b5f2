// SPDX-License-Identifier: Apache-2.0

/// What `toa sign` is asked for.
public struct SignRequest: Sendable, Equatable {
  /// Modules to sign; none is the installed one.
  public var modules: [String]
  /// Kernel release that tells sign-file and digest; nil is that for which each module was built, or the running one.
  public var kernel: String?
  /// Path of the private key or a `pkcs11:` URI; nil takes one of this host.
  public var key: String?
  /// Path of its certificate.
  public var certificate: String?
  /// Make a key first.
  public var makeKey: Bool
  /// Have mokutil hand the certificate to the firmware.
  public var enroll: Bool
  /// Only print the commands.
  public var dryRun: Bool
  /// Do not ask.
  public var yes: Bool

  /// Creates a request.
  public init(
    modules: [String] = [], kernel: String? = nil, key: String? = nil, certificate: String? = nil,
    makeKey: Bool = false, enroll: Bool = false, dryRun: Bool = false, yes: Bool = false
  ) {
    self.modules = modules
    self.kernel = kernel
    self.key = key
    self.certificate = certificate
    self.makeKey = makeKey
    self.enroll = enroll
    self.dryRun = dryRun
    self.yes = yes
  }

  /// Whether modules are to be signed, and not only a key made or enrolled.
  var signs: Bool { !modules.isEmpty || !(makeKey || enroll) }
}

/// What `toa sign` answers.
public struct SignDocument: Document {
  /// The key that was made or used.
  public struct Key: Encodable, Sendable {
    /// Path of the private key, or its `pkcs11:` URI.
    public let key: String
    /// Path of the certificate.
    public let certificate: String
    /// Common name of the certificate.
    public let name: String
    /// SHA-1 over the certificate, as mokutil shows it.
    public let fingerprint: String
    /// Whether this run made it.
    public let made: Bool
    /// What the running kernel thinks of it: trusted, ignored, pending, unknown or unreadable.
    public let standing: String
    /// What is not as it should be, though the key can be used.
    public let remarks: [String]
  }

  /// One module.
  public struct Module: Encodable, Sendable {
    /// Its path.
    public let path: String
    /// Whether this run changed it.
    public let changed: Bool
    /// Common name of the certificate that its signature was checked with.
    public let signer: String
    /// The digest.
    public let hash: String
  }

  /// Shape of the document.
  public let schema = "toa.sign/1"
  /// Whether anything was changed.
  public let changed: Bool
  /// Whether this was only a plan.
  public let dryRun: Bool
  /// The key; null for a plan that would make it.
  public let key: OrNull<Key>
  /// The modules that are signed now.
  public let modules: [Module]
  /// Why the running kernel takes only signed modules; null when it takes others, too.
  public let required: OrNull<String>
  /// The commands that a person would have typed.
  public let commands: [String]
  /// What is left to do.
  public let next: [String]
  /// Whether the firmware waits for a reboot.
  public let rebootNeeded: Bool
}
