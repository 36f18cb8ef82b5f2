// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@Suite struct SigningPolicyTests {
  private static let secureBoot = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

  private func policy(_ files: [String: String], config: String = "", secureBoot: UInt8? = nil) throws -> SigningPolicy
  {
    let folder = try TemporaryFolder(files)
    if let secureBoot { try folder.write(Self.secureBoot, [6, 0, 0, 0, secureBoot]) }
    return SigningPolicy.read(from: folder.root, config: KernelConfig(parsing: config))
  }

  @Test func `a kernel that enforces nothing needs no signature`() throws {
    let policy = try policy(
      [
        "/sys/module/module/parameters/sig_enforce": "N\n",
        "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
      ], config: "CONFIG_MODULE_SIG_HASH=\"sha256\"\nCONFIG_LOCK_DOWN_IN_EFI_SECURE_BOOT=y\n", secureBoot: 0)
    #expect(!policy.requiresSignature)
    #expect(policy.lockdown == SigningPolicy.Lockdown.none)
    #expect(policy.secureBoot == false)
    #expect(policy.hash == "sha256")
  }

  @Test func `each way to enforce signatures gives its reason`() throws {
    #expect(
      try policy(["/sys/module/module/parameters/sig_enforce": "Y\n"]).reasonForSignature
        == "/sys/module/module/parameters/sig_enforce is Y")
    #expect(try policy([:], config: "CONFIG_MODULE_SIG_FORCE=y\n").isForcedByConfig)
    #expect(try policy(["/proc/cmdline": "ro module.sig_enforce quiet\n"]).requiresSignature)
    #expect(try !policy(["/proc/cmdline": "ro module.sig_enforce=0\n"]).requiresSignature)
    #expect(
      try policy(["/sys/kernel/security/lockdown": "none integrity [confidentiality]\n"]).reasonForSignature
        == "the kernel is locked down (confidentiality)")
  }

  @Test func `older kernels lock themselves down under Secure Boot without a lockdown file`() throws {
    let config = "CONFIG_EFI_SECURE_BOOT_LOCK_DOWN=y\n"
    #expect(try policy([:], config: config, secureBoot: 1).requiresSignature)
    #expect(try !policy([:], config: config, secureBoot: 0).requiresSignature)
    #expect(try !policy([:], config: "", secureBoot: 1).requiresSignature)
    let open = ["/sys/kernel/security/lockdown": "[none] integrity confidentiality\n"]
    #expect(try !policy(open, config: config, secureBoot: 1).requiresSignature)
  }

  @Test func `a kernel that takes no more modules says so`() throws {
    #expect(try policy(["/proc/sys/kernel/modules_disabled": "1\n"]).modulesDisabled)
    #expect(try policy([:]).secureBoot == nil)
    #expect(try policy([:]).signatureEnforced == nil)
  }
}
