// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import Testing

@testable import ToaKit

/// SIG05 to SIG07 with real keys, certificates and signatures.
struct DoctorSigningTests {
  private static let own = SigningKeyFiles.own
  private static let efi = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
  private static let locked = [
    "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n", efi: "",
    "/proc/keys": "1f4c9a2e I------     1 perm 1f010000     0     0 asymmetri Debian CA: 6cce: X509.rsa 6cce []\n",
  ]

  private func host(_ files: [String: String] = [:], signer: String? = nil, loaded: Bool = false) throws -> SigningHost
  {
    var host = try SigningHost(files)
    host.system = host.system.with(moduleLoading: 9).with(bpf: .unable()).with(
      modules: loaded ? ["toa": .live] : [:], files: ["toa \(SigningHost.release)": SigningHost.module],
      information: [
        SigningHost.module: ["vermagic": SigningHost.release + " SMP"].merging(signer.map { ["signer": $0] } ?? [:]) {
          $1
        }
      ])
    if loaded {
      try host.tree.write("/sys/module/toa/parameters/trusted", "any\n")
      try host.tree.write("/sys/module/toa/parameters/hook", "ftrace\n")
    }
    return host
  }

  private func finding(_ id: String, _ host: SigningHost) async throws -> Finding {
    let context = try await DoctorContext.gather(host.system)
    let findings = await Doctor().examine(context, Doctor.Selection(only: [id]))
    #expect(host.tree.root.list("/run/toa") == [], "doctor leaves nothing behind")
    return try #require(findings.first)
  }

  @Test func `SIG05 names the key, or what is wrong with it`() async throws {
    let host = try host()
    try await host.put(.own)
    let good = try await finding("SIG05", host)
    #expect(good.status == .ok)
    #expect(good.observed == "toa test, own")
    #expect(good.evidence.last?.contains("SHA-1 ") == true)

    try host.write(Self.own.key, try host.bytes(Self.own.key), mode: 0o604)
    let open = try await finding("SIG05", host)
    #expect(open.status == .warning)
    #expect(open.fix == ["chmod 600 /var/lib/toa/keys/toa.key"])

    // Another key that can be used takes its place.
    try await host.put(
      .stranger, as: SigningKeyFiles(.dkms, key: "/var/lib/dkms/mok.key", certificate: "/var/lib/dkms/mok.pub"))
    #expect(try await finding("SIG05", host).observed == "toa test, stranger")

    let plain = try self.host()
    try await plain.put(.plain)
    #expect(try await finding("SIG05", plain).status == .info)

    let broken = try self.host()
    try await broken.put(.own)
    try broken.write(Self.own.certificate, [0x30, 1])
    let finding = try await finding("SIG05", broken)
    #expect(finding.status == .warning)
    #expect(finding.observed.contains("is no certificate"))
  }

  @Test func `SIG06 says whether the kernel trusts the key, and what a person has to do`() async throws {
    let host = try host(Self.locked)
    let certificate = try await host.put(.own)
    let unknown = try await finding("SIG06", host)
    #expect(unknown.status == .error)
    #expect(unknown.observed == "this kernel does not know the key")
    #expect(unknown.fix.contains { $0.hasPrefix("mokutil --import /var/lib/toa/keys/toa.der") })
    // The policy's own checks leave the error to this one.
    try host.tree.remove(SigningHost.module)
    var bare = host
    bare.system.modules.file = { _, _ in nil }
    #expect(try await finding("SIG03", bare).status == .info)

    try host.tree.write(
      "/proc/keys",
      "2f4c9a2e I--- 1 perm 1f01 0 0 asymmetri x: \(try #require(certificate.identifier)): X509.rsa 1 []\n")
    #expect(try await finding("SIG06", host).status == .ok)

    let loaded = try self.host(Self.locked, loaded: true)
    try await loaded.put(.own)
    #expect(try await finding("SIG06", loaded).status == .warning)

    let open = try self.host()
    try await open.put(.own)
    #expect(try await finding("SIG06", open).status == .info)
  }

  @Test func `SIG07 checks the signature of the installed module`() async throws {
    let host = try host(Self.locked)
    try await host.put(.own)
    let unsigned = try await finding("SIG07", host)
    #expect(unsigned.status == .error)
    #expect(unsigned.fix == ["toa sign"])

    try await host.signing().sign(SigningHost.module, host.system, host.console)
    let good = try await finding("SIG07", host)
    #expect(good.status == .ok)
    #expect(good.observed == "by toa test, own; its content bears it out")

    let signed = try host.bytes(SigningHost.module)
    var changed = signed
    changed[9] ^= 1
    let spoilt = try self.host(Self.locked, signer: "toa test, own")
    try await spoilt.put(.own)
    try spoilt.write(SigningHost.module, changed)
    let wrong = try await finding("SIG07", spoilt)
    #expect(wrong.status == .error)
    #expect(wrong.observed.hasPrefix("toa.ko was changed after toa test, own signed it"))

    let garbage = try self.host(Self.locked)
    try await garbage.put(.own)
    try garbage.write(SigningHost.module, SigningHost.content + Array("~Module signature appended~\n".utf8))
    #expect(try await finding("SIG07", garbage).status == .error)

    // A fleet signs elsewhere: its certificate is not here, and the kernel has the last word.
    let foreign = try self.host(Self.locked, signer: "Fleet key")
    try await foreign.put(.stranger)
    try foreign.write(SigningHost.module, signed)
    let finding = try await finding("SIG07", foreign)
    #expect(finding.status == .info)
    #expect(finding.observed.hasPrefix("signed by Fleet key"))
  }

  @Test func `SIG07 warns of a broken signature where none is needed`() async throws {
    let host = try host(signer: "toa test, own")
    try await host.put(.own)
    try await host.signing().sign(SigningHost.module, host.system, host.console)
    #expect(try await finding("SIG07", host).status == .ok)
    var bytes = try host.bytes(SigningHost.module)
    bytes[9] ^= 1
    try host.write(SigningHost.module, bytes)
    #expect(try await finding("SIG07", host).status == .warning)
  }
}
