// SPDX-License-Identifier: Apache-2.0
import Host
import Testing

@testable import ToaKit

/// Signing with the real openssl.
struct ModuleSigningTests {
  private func verdict(_ host: SigningHost, _ bytes: [UInt8], _ certificate: SigningCertificate) async throws
    -> SignatureVerdict
  {
    try await SigningFolder.use("/run/verdict", host.system) { (folder) async throws(ToaError) in
      try await SignatureVerdict.judge(bytes, by: certificate, in: folder, host.system)
    }
  }

  @Test func `a signed module bears its content and its certificate out`() async throws {
    let host = try SigningHost()
    let own = try await host.put(.own)
    let signing = try await host.signing()
    #expect(
      signing
        == ModuleSigning(
          signFile: SigningHost.signFile, hash: "sha256", key: "/var/lib/toa/keys/toa.key",
          certificate: "/var/lib/toa/keys/toa.der"))
    try await signing.sign(SigningHost.module, host.system, host.console)
    let signed = try host.bytes(SigningHost.module)
    #expect(signed.count > SigningHost.content.count)
    #expect(ModuleSignature.content(of: signed) == SigningHost.content)
    #expect(try await verdict(host, signed, own) == .good)
    #expect(host.tree.root.list("/lib/modules/\(SigningHost.release)/updates") == ["toa.ko"])

    // Again: the old signature is replaced, the bytes are the same.
    try await signing.sign(SigningHost.module, host.system, host.console)
    #expect(try host.bytes(SigningHost.module) == signed)
  }

  @Test func `a changed module, another certificate, garbage and nothing are told apart`() async throws {
    let host = try SigningHost()
    let own = try await host.put(.own)
    try await host.signing().sign(SigningHost.module, host.system, host.console)
    let signed = try host.bytes(SigningHost.module)
    let stranger = try await host.put(.stranger)
    #expect(try await verdict(host, signed, stranger) == .wrong)
    var changed = signed
    changed[8] ^= 1
    #expect(try await verdict(host, changed, own) == .wrong)
    var damaged = signed
    damaged[SigningHost.content.count + 30] ^= 0xFF
    #expect(try await verdict(host, damaged, own) == .wrong)
    #expect(try await verdict(host, SigningHost.content, own) == .unsigned)
    let mark = Array("~Module signature appended~\n".utf8)
    #expect(try await verdict(host, mark, own) == .broken("its description is cut off"))
    #expect(try await verdict(host, Array(signed.dropLast(29)) + [9] + mark, own) != .good)
    #expect(host.tree.root.list("/run") == [])
  }

  @Test func `what a certificate says is read from DER and PEM`() async throws {
    let host = try SigningHost()
    let own = try await host.put(.own)
    #expect(own.name == "toa test, own")
    #expect(own.rsaBits == 2048)
    #expect(own.isForCode)
    #expect(own.identifier?.count == 40)
    #expect(own.fingerprint.split(separator: ":").count == 20)
    #expect(own.expires?.hasSuffix("GMT") == true)
    #expect(own.der == (try host.bytes(SigningKeyFiles.own.certificate)))
    try host.write("/root/own.pem", Array(own.pem.utf8))
    #expect(try await SigningCertificate.read("/root/own.pem", host.system) == own)
    try host.write("/root/garbage", [0x30, 1, 2, 3])
    await #expect(throws: ToaError.self) { try await SigningCertificate.read("/root/garbage", host.system) }
    await #expect(throws: ToaError.self) { try await SigningCertificate.read("/root/nothing", host.system) }
  }

  @Test func `a key that must not be used is refused with the command that mends it`() async throws {
    let host = try SigningHost()
    func error(_ files: SigningKeyFiles) async throws -> ToaError? {
      try await SigningKey.read(files, host.system).error
    }
    try await host.put(.own)
    #expect(try await error(.own) == nil)
    // Others may read it.
    try host.write(SigningKeyFiles.own.key, try host.bytes(SigningKeyFiles.own.key), mode: 0o640)
    #expect(try await error(.own)?.why == "others may read it: its mode is 640")
    #expect(try await error(.own)?.next == ["chmod 600 /var/lib/toa/keys/toa.key"])
    // Another key's certificate.
    try await host.put(.stranger, as: SigningKeyFiles(.user, key: "/root/key", certificate: "/root/certificate"))
    let mixed = SigningKeyFiles(.user, key: "/root/key", certificate: SigningKeyFiles.own.certificate)
    #expect(try await error(mixed)?.why == "/var/lib/toa/keys/toa.der is the certificate of another key")
    // No key at all.
    try host.write("/root/key", Array("nonsense".utf8), mode: 0o600)
    #expect(try await error(mixed)?.why == "openssl cannot read it as a private key")
    // Too short, and without the usage that some kernels ask for.
    try await host.put(.small)
    #expect(try await error(.own)?.why == "an RSA key of 1024 bits is too short: 2048 are needed")
    try await host.put(.plain)
    let plain = try await SigningKey.read(.own, host.system)
    #expect(plain.isUsable)
    #expect(
      plain.problems.map(\.text) == [
        "its certificate is not for signing code, which some kernels ask for (codeSigning)"
      ])
  }

  @Test func `the key that the kernel trusts is chosen before the others`() async throws {
    let host = try SigningHost()
    try await host.put(.own)
    let dkms = SigningKeyFiles(.dkms, key: "/var/lib/dkms/mok.key", certificate: "/var/lib/dkms/mok.pub")
    let other = try await host.put(.stranger, as: dkms)
    #expect(try await host.signing().key == SigningKeyFiles.own.key)
    let identifier = try #require(other.identifier)
    try host.tree.write(
      "/proc/keys", "1f4c9a2e I------     1 perm 1f010000     0     0 asymmetri x: \(identifier): X509.rsa 1 []\n")
    #expect(try await host.signing().key == dkms.key)
  }

  @Test func `without a key, without signatures in the kernel, or without openssl nothing is signed`() async throws {
    let bare = try SigningHost()
    #expect(try await SigningChoice.wanted(bare.system, try await bare.facts(), key: nil, certificate: nil) == nil)
    let host = try SigningHost([SigningHost.config: "CONFIG_MODULES=y\n# CONFIG_MODULE_SIG is not set\n"])
    try await host.put(.own)
    let facts = try await host.facts()
    #expect(try await SigningChoice.wanted(host.system, facts, key: nil, certificate: nil) == nil)
    let (key, certificate) = (SigningKeyFiles.own.key, SigningKeyFiles.own.certificate)
    await #expect(throws: ToaError.self) {
      try await SigningChoice.wanted(host.system, facts, key: key, certificate: certificate)
    }
    let plain = try SigningHost(programs: [])
    try plain.write(key, [1], mode: 0o600)
    try plain.write(certificate, [0x30])
    #expect(try await SigningChoice.wanted(plain.system, try await plain.facts(), key: nil, certificate: nil) == nil)
  }

  @Test func `half a key is a mistake`() async throws {
    let host = try SigningHost()
    let facts = try await host.facts()
    for (key, certificate) in [("/k", nil), (nil, "/c")] as [(String?, String?)] {
      await #expect(throws: ToaError.self) {
        try await SigningChoice.wanted(host.system, facts, key: key, certificate: certificate)
      }
    }
  }

  @Test func `a sign-file that fails, lies or signs with another key is found out`() async throws {
    let host = try SigningHost()
    try await host.put(.own)
    let signing = try await host.signing()
    func failure(_ program: String?) async throws -> ToaError? {
      if let program {
        try host.write(SigningHost.signFile, Array("#!/bin/sh\n\(program)\n".utf8), mode: 0o755)
      } else {
        try host.tree.remove(SigningHost.signFile)
      }
      do throws(ToaError) {
        try await signing.sign(SigningHost.module, host.system, host.console)
        return nil
      } catch {
        return error
      }
    }
    #expect(try await failure("echo no >&2; exit 3")?.why == "sign-file ended with exit status 3:\nno")
    #expect(try await failure("exit 0")?.why == "sign-file reported success, and there is no signature")
    #expect(
      try await failure("printf 'x\\0\\0\\007\\0\\0\\0\\0\\0\\0\\0\\0\\001~Module signature appended~\\n' >>\"$4\"")?
        .why
        == "what sign-file appended is no signature: it is of kind 7, not PKCS#7")
    #expect(try await failure(nil)?.status == .headersMissing)
    #expect(try host.bytes(SigningHost.module) == SigningHost.content)
    try host.write(SigningHost.module, [0xFD, 0x37, 0x7A])
    #expect(try await failure("exit 0")?.why.hasPrefix("it is no module") == true)
  }
}
