// SPDX-License-Identifier: Apache-2.0

/// What this kernel asks of a module before it loads it.
public struct SigningPolicy: Sendable, Equatable, Codable {
  /// Mode of the lockdown security module.
  public enum Lockdown: String, Sendable, Equatable, Codable {
    /// Nothing is locked.
    case none
    /// Unsigned modules are refused.
    case integrity
    /// As integrity, and reading the kernel's secrets too.
    case confidentiality
  }

  /// /sys/module/module/parameters/sig_enforce; nil when the kernel has no signature check.
  public var signatureEnforced: Bool?
  /// CONFIG_MODULE_SIG_FORCE.
  public var isForcedByConfig = false
  /// module.sig_enforce on the kernel command line.
  public var isForcedByCommandLine = false
  /// Mode in brackets of /sys/kernel/security/lockdown; nil when there is no such file.
  public var lockdown: Lockdown?
  /// The EFI variable SecureBoot; nil without EFI or when it cannot be read.
  public var secureBoot: Bool?
  /// Whether the configuration locks the kernel down under Secure Boot (for kernels without the lockdown file).
  public var locksDownUnderSecureBoot = false
  /// /proc/sys/kernel/modules_disabled: no module can be loaded until the next boot.
  public var modulesDisabled = false
  /// CONFIG_MODULE_SIG_HASH: the digest with which modules are signed ("sha256"); nil without signatures.
  public var hash: String?

  /// Creates a policy that asks nothing.
  public init() {}

  /// Why a module must carry a signature that the kernel trusts; nil when it need not.
  public var reasonForSignature: String? {
    if signatureEnforced == true { return "/sys/module/module/parameters/sig_enforce is Y" }
    if isForcedByConfig { return "the kernel was built with CONFIG_MODULE_SIG_FORCE" }
    if isForcedByCommandLine { return "module.sig_enforce is on the kernel command line" }
    if let lockdown, lockdown != .none { return "the kernel is locked down (\(lockdown.rawValue))" }
    if lockdown == nil && secureBoot == true && locksDownUnderSecureBoot {
      return "Secure Boot is on and this kernel locks itself down under it"
    }
    return nil
  }

  /// Whether a module must carry a signature that the kernel trusts.
  public var requiresSignature: Bool { reasonForSignature != nil }

  /// Reads the policy of a tree; the configuration is that of the kernel which will load the module.
  public static func read(from root: FileRoot, config: KernelConfig?) -> SigningPolicy {
    var policy = SigningPolicy()
    policy.signatureEnforced = root.line("/sys/module/module/parameters/sig_enforce").map { $0 == "Y" || $0 == "1" }
    policy.isForcedByConfig = config?.isEnabled("MODULE_SIG_FORCE") ?? false
    policy.isForcedByCommandLine = KernelCommandLine.read(from: root).isOn("module.sig_enforce")
    policy.lockdown = root.line("/sys/kernel/security/lockdown").flatMap(Self.lockdown(from:))
    policy.secureBoot = secureBoot(in: root)
    let lockingOptions = [
      "LOCK_DOWN_IN_EFI_SECURE_BOOT", "EFI_SECURE_BOOT_LOCK_DOWN", "EFI_SECURE_BOOT_SIG_ENFORCE", "MODULE_SIG_UEFI",
    ]
    policy.locksDownUnderSecureBoot = config.map { lockingOptions.contains(where: $0.isEnabled) } ?? false
    policy.modulesDisabled = root.line("/proc/sys/kernel/modules_disabled") == "1"
    policy.hash = config?.string("MODULE_SIG_HASH")
    return policy
  }

  /// The mode in brackets: "none [integrity] confidentiality".
  static func lockdown(from line: String) -> Lockdown? {
    guard let open = line.cut(at: "[")?.after, let mode = open.cut(at: "]")?.before else { return nil }
    return Lockdown(rawValue: String(mode))
  }

  /// Byte 4 of the variable: the first four are its attributes.
  private static func secureBoot(in root: FileRoot) -> Bool? {
    let path = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    guard let bytes = try? root.bytes(path, limit: 16), bytes.count >= 5 else { return nil }
    return bytes[4] == 1
  }
}
