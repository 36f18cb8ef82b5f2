// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import Testing

@testable import ToaKit

/// What `toa install` says of a kernel that takes only signed modules, before it builds anything.
struct SignaturePreflightTests {
  private static let own = SigningKeyFiles.own
  private static let efi = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
  private static let locked = ["/sys/kernel/security/lockdown": "none [integrity] confidentiality\n"]
  private static let stranger =
    "1f4c9a2e I------     1 perm 1f010000     0     0 asymmetri Debian Secure Boot CA: 6cce: X509.rsa 6cce []\n"

  private func host(_ files: [String: String] = [:], programs: Set<String> = ["openssl"]) throws -> SigningHost {
    var host = try SigningHost(
      Self.locked.merging(["/proc/keys": Self.stranger, Self.efi: ""]) { $1 }.merging(files) { $1 }, programs: programs)
    host.system.modules.state = { _ in .absent }
    return host
  }

  private func refusal(_ host: SigningHost, key: String? = nil, certificate: String? = nil) async throws -> ToaError? {
    let check = SignaturePreflight(
      system: host.system, facts: try await host.facts(),
      request: InstallRequest(signKey: key, signCertificate: certificate))
    do throws(ToaError) {
      try await check.check()
      return nil
    } catch {
      return error
    }
  }

  private func keys(with certificate: SigningCertificate) throws -> String {
    Self.stranger
      + "2f4c9a2e I------     1 perm 1f010000     0     0 asymmetri x: \(try #require(certificate.identifier)): X509.rsa 1 []\n"
  }

  @Test func `a kernel that asks for nothing is not looked at further`() async throws {
    let host = try host(["/sys/kernel/security/lockdown": "[none] integrity confidentiality\n"])
    #expect(try await refusal(host) == nil)
  }

  @Test func `without a key it is said how one is made`() async throws {
    let error = try #require(try await refusal(host()))
    #expect(error.status == .signatureRefused)
    #expect(error.what == "this kernel takes only signed modules")
    #expect(error.why == "the kernel is locked down (integrity), and this host has no key to sign with")
    #expect(error.next.first == "toa sign --make-key --enroll")
    #expect(error.next.last == "toa doctor --only SIG")
  }

  @Test func `a key that the kernel does not know has to be enrolled`() async throws {
    let host = try host()
    try await host.put(.own)
    let error = try #require(try await refusal(host))
    #expect(error.status == .signatureRefused)
    #expect(error.why.contains("it does not trust the key /var/lib/toa/keys/toa.key"))
    #expect(error.next.contains { $0.hasPrefix("mokutil --import /var/lib/toa/keys/toa.der") })
  }

  @Test func `a key that the kernel trusts does`() async throws {
    let host = try host()
    let certificate = try await host.put(.own)
    try host.tree.write("/proc/keys", try keys(with: certificate))
    #expect(try await refusal(host) == nil)
    // But not a stranger's beside it, when that is asked for.
    let other = SigningKeyFiles(.user, key: "/root/k", certificate: "/root/c")
    try await host.put(.stranger, as: other)
    let error = try await refusal(host, key: other.key, certificate: other.certificate)
    #expect(error?.status == .signatureRefused)
    #expect(error?.why.contains("/root/k") == true)
    #expect(try await refusal(host, key: other.key)?.status == .usage)
  }

  @Test func `a key that cannot be used is named with its cure`() async throws {
    let host = try host()
    try await host.put(.own)
    try host.write(Self.own.key, try host.bytes(Self.own.key), mode: 0o644)
    let error = try #require(try await refusal(host))
    #expect(error.why.hasSuffix("cannot be used: others may read it: its mode is 644"))
    #expect(error.next.first == "chmod 600 /var/lib/toa/keys/toa.key")
  }

  @Test func `without openssl the keys of the host cannot be judged`() async throws {
    let host = try host(programs: [])
    try host.write(Self.own.key, [1], mode: 0o600)
    try host.write(Self.own.certificate, [0x30])
    let error = try #require(try await refusal(host))
    #expect(error.next.first == "apt-get install openssl")
  }

  @Test func `where there is no firmware no key can be enrolled`() async throws {
    let host = try host(["/proc/cmdline": "ro module.sig_enforce=1\n"])
    try host.tree.remove("/sys/firmware")
    let error = try #require(try await refusal(host))
    #expect(error.why.contains("not started by UEFI firmware"))
    #expect(error.next.contains("or take module.sig_enforce=1 off the kernel command line and reboot"))
    try await host.put(.own)
    let known = try #require(try await refusal(host))
    #expect(known.why.contains("can be taught none"))
    #expect(known.status == .signatureRefused)
  }
}
