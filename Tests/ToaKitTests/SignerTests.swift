// SPDX-License-Identifier: Apache-2.0
import Host
import Synchronization
import Testing

@testable import ToaKit

/// The verb `sign` with the real openssl.
struct SignerTests {
  private static let own = SigningKeyFiles.own
  private static let variables = "/sys/firmware/efi/efivars"
  private static let shim = "605dab50-e046-4300-abb6-3dd810dd8b23"

  private func sign(_ host: SigningHost, _ request: SignRequest) async throws -> SignDocument {
    var system = host.system
    system.modules.information = { _ in [] }
    return try await Signer(system, Console(system.terminal)).sign(request)
  }

  private func error(_ host: SigningHost, _ request: SignRequest) async throws -> ToaError? {
    do {
      _ = try await sign(host, request)
      return nil
    } catch let error as ToaError {
      return error
    }
  }

  /// One EFI_SIGNATURE_LIST with a certificate, behind the attributes of a variable.
  private func variable(_ certificate: [UInt8]) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] { [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: value >> $0) } }
    let kind: [UInt8] = [
      0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72,
    ]
    let entry = 16 + certificate.count
    return [7, 0, 0, 0] + kind + number(28 + entry) + number(0) + number(entry) + [UInt8](repeating: 1, count: 16)
      + certificate
  }

  @Test func `a key is made once, for root's eyes only`() async throws {
    let host = try SigningHost()
    let first = try await sign(host, SignRequest(makeKey: true))
    #expect(first.changed)
    #expect(first.key.value?.made == true)
    let files = host.tree.root
    #expect(files.mode(Self.own.key) == 0o600)
    #expect(files.mode(SigningKeyFiles.folder) == 0o700)
    #expect(files.list(SigningKeyFiles.folder) == ["toa.der", "toa.key", "toa.pem"])
    let key = try await SigningKey.read(Self.own, host.system)
    #expect(key.problems == [])
    #expect(key.certificate.name == "toa modules of localhost")
    #expect(key.certificate.usage == ["Code Signing", "1.3.6.1.4.1.2312.16.1.2"])
    let secret = try #require(try host.tree.root.text(Self.own.key).split(separator: "\n").dropFirst().first)
    #expect(!(host.transcript.out + host.transcript.err).contains(secret))

    let second = try await sign(host, SignRequest(makeKey: true))
    #expect(!second.changed)
    #expect(second.key.value?.made == false)
    #expect(second.key.value?.fingerprint == first.key.value?.fingerprint)
  }

  @Test func `a run that was killed before the key was in place is begun again`() async throws {
    let host = try SigningHost()
    try await host.put(.stranger)
    try host.tree.remove(Self.own.key)
    try host.write(SigningKeyFiles.folder + "/new/toa.key", [1])
    let made = try await sign(host, SignRequest(makeKey: true))
    #expect(made.key.value?.made == true)
    #expect(host.tree.root.list(SigningKeyFiles.folder) == ["toa.der", "toa.key", "toa.pem"])
    #expect(try await SigningKey.read(Self.own, host.system).isUsable)
  }

  @Test func `a key that cannot be used is not overwritten`() async throws {
    let host = try SigningHost()
    try host.write(Self.own.key, Array("mine".utf8), mode: 0o600)
    try await host.put(.own, as: SigningKeyFiles(.user, key: "/root/k", certificate: Self.own.certificate))
    let error = try #require(try await error(host, SignRequest(makeKey: true)))
    #expect(error.status == .refused)
    #expect(error.next.last == "or take another: rm -r /var/lib/toa/keys && toa sign --make-key")
    #expect(try host.tree.root.text(Self.own.key) == "mine")
  }

  @Test func `the installed module is signed, and left alone the second time`() async throws {
    let host = try SigningHost()
    try await host.put(.own)
    let first = try await sign(host, SignRequest())
    #expect(first.modules.map(\.path) == [SigningHost.module])
    #expect(first.modules.map(\.changed) == [true])
    #expect(first.modules.map(\.signer) == ["toa test, own"])
    #expect(
      first.commands == [
        "\(SigningHost.signFile) sha256 /var/lib/toa/keys/toa.key /var/lib/toa/keys/toa.der \(SigningHost.module)"
      ])
    let signed = try host.bytes(SigningHost.module)
    #expect(ModuleSignature.content(of: signed) == SigningHost.content)
    let second = try await sign(host, SignRequest())
    #expect(!second.changed)
    #expect(try host.bytes(SigningHost.module) == signed)
    // Another key's signature takes the place of the first.
    let dkms = SigningKeyFiles(.user, key: "/root/k", certificate: "/root/c")
    try await host.put(.stranger, as: dkms)
    let third = try await sign(host, SignRequest(key: dkms.key, certificate: dkms.certificate))
    #expect(third.modules.map(\.signer) == ["toa test, stranger"])
    #expect(ModuleSignature.content(of: try host.bytes(SigningHost.module)) == SigningHost.content)
  }

  @Test(arguments: [("xz", ["--check=crc32"]), ("gzip", ["-n"])])
  func `a compressed module is signed inside`(_ program: String, _ options: [String]) async throws {
    let host = try SigningHost(programs: ["openssl", program])
    try await host.put(.own)
    let place = try #require(host.tree.root.locate(SigningHost.module))
    let suffix = program == "xz" ? ".xz" : ".gz"
    _ = try await CommandRunner.live().run(Command(program, options + [place]))
    let path = SigningHost.module + suffix
    #expect(try await sign(host, SignRequest(modules: [path])).changed)
    #expect(try await !sign(host, SignRequest(modules: [path])).changed)
    _ = try await CommandRunner.live().run(Command(program, ["-d", place + suffix]))
    let signed = try host.bytes(SigningHost.module)
    #expect(try ModuleSignature(of: signed)?.form == .pkcs7)
    #expect(ModuleSignature.content(of: signed) == SigningHost.content)
    // Without the program nothing is touched.
    let bare = try SigningHost()
    try await bare.put(.own)
    try bare.write(path, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 1])
    #expect(try await error(bare, SignRequest(modules: [path]))?.what == "xz is not installed")
  }

  /// A module in a folder of its own, with the manifest that `toa build` leaves beside it.
  private func built(_ host: SigningHost) async throws -> (module: String, manifest: ModuleManifest) {
    try host.write("/built/toa.ko", SigningHost.content)
    let manifest = ModuleManifest(
      kernel: SigningHost.release, architecture: "x86_64", configSha256: nil, compiler: "gcc 12.2.0",
      sourceSha256: String(repeating: "a", count: 64),
      sha256: try await CarriedSources.sha256(of: SigningHost.content, host.system), file: "toa.ko",
      size: SigningHost.content.count)
    try host.tree.write("/built/toa.ko.json", manifest.text)
    return ("/built/toa.ko", manifest)
  }

  private func manifest(_ host: SigningHost) throws -> ModuleManifest {
    try #require(ModuleManifest.read(try host.tree.root.text("/built/toa.ko.json")))
  }

  @Test func `the manifest beside a module speaks of the signed one, also after a kill on the way`() async throws {
    let host = try SigningHost(programs: ["openssl", "sha256sum"])
    let certificate = try await host.put(.own)
    let (module, unsigned) = try await built(host)
    #expect(try await sign(host, SignRequest(modules: [module])).changed)
    let signed = try host.bytes(module)
    let manifest = try manifest(host)
    #expect(manifest.size == signed.count && manifest.signer == certificate.digest)
    #expect(manifest.signerKey == certificate.identifier && manifest.compiler == unsigned.compiler)
    #expect(try await CarriedSources.sha256(of: signed, host.system) == manifest.sha256)
    #expect(host.tree.root.list("/built").sorted() == ["toa.ko", "toa.ko.json"])
    // Killed before the manifest was put in place, and before the module was.
    try host.tree.write("/built/toa.ko.json", unsigned.text)
    try host.tree.write("/built/toa.ko.json.toa-sign", manifest.text)
    #expect(try await !sign(host, SignRequest(modules: [module])).changed)
    #expect(try self.manifest(host) == manifest)
    try host.write(module, SigningHost.content)
    try host.tree.write("/built/toa.ko.json", unsigned.text)
    try host.tree.write("/built/toa.ko.json.toa-sign", manifest.text)
    #expect(try await sign(host, SignRequest(modules: [module])).changed)
    #expect(try self.manifest(host) == manifest)
    #expect(host.tree.root.list("/built").sorted() == ["toa.ko", "toa.ko.json"])
    // It was signed by other means, and the manifest made after that says nothing of it.
    var silent = manifest
    silent.signer = nil
    silent.signerKey = nil
    try host.tree.write("/built/toa.ko.json", silent.text)
    #expect(try await !sign(host, SignRequest(modules: [module])).changed)
    #expect(try self.manifest(host) == manifest)
  }

  @Test func `a module that its manifest does not know is not signed`() async throws {
    let host = try SigningHost(programs: ["openssl", "sha256sum"])
    try await host.put(.own)
    let (module, unsigned) = try await built(host)
    let other = SigningHost.content + [0]
    try host.write(module, other)
    let error = try #require(try await error(host, SignRequest(modules: [module])))
    #expect(error.status == .refused && error.what == "/built/toa.ko.json does not speak of this toa.ko")
    #expect(try host.bytes(module) == other)
    #expect(try manifest(host) == unsigned)
  }

  @Test func `what is missing is said with the command that brings it`() async throws {
    let host = try SigningHost()
    let none = try #require(try await error(host, SignRequest()))
    #expect(none.what == "there is no key to sign with")
    #expect(none.next == ["toa sign --make-key", "toa sign --key KEY --cert CERT"])
    let plain = try SigningHost(programs: [])
    #expect(
      try await error(plain, SignRequest(makeKey: true))
        == ToaError(
          .notApplicable, "openssl is not installed", why: "it makes and checks keys",
          next: ["apt-get install openssl"]))
    #expect(plain.tree.root.list(SigningKeyFiles.folder) == [])
    try await host.put(.own)
    try host.tree.remove(SigningHost.signFile)
    #expect(try await error(host, SignRequest())?.status == .headersMissing)
    try host.tree.remove(SigningHost.module)
    #expect(try await error(host, SignRequest())?.next.first == "toa install")
    #expect(try await error(host, SignRequest(modules: ["/nowhere.ko"], kernel: SigningHost.release)) != nil)
    #expect(try await error(host, SignRequest(kernel: "no kernel"))?.status == .usage)
    #expect(try await error(host, SignRequest(key: "/k", certificate: "/c", makeKey: true))?.status == .usage)
  }

  @Test func `a plan changes nothing`() async throws {
    let host = try SigningHost()
    let plan = try await sign(host, SignRequest(makeKey: true, enroll: true, dryRun: true))
    #expect(plan.dryRun && !plan.changed)
    #expect(plan.commands.count == 2)
    #expect(host.tree.root.list("/var/lib") == [])
    try await host.put(.own)
    let signing = try await sign(host, SignRequest(dryRun: true))
    #expect(signing.commands.count == 1)
    #expect(host.transcript.out.contains("# \(SigningHost.signFile) sha256 "))
    #expect(try host.bytes(SigningHost.module) == SigningHost.content)
  }

  @Test func `what is left to do depends on the firmware and the kernel`() async throws {
    func enrolment(_ files: [String: [UInt8]], _ texts: [String: String] = [:]) async throws -> KeyEnrolment {
      let host = try SigningHost(texts)
      try await host.put(.own)
      for (path, bytes) in files { try host.write(path, bytes) }
      return KeyEnrolment(of: try await SigningKey.read(Self.own, host.system), host.system)
    }
    let certificate = try await SigningHost.keys.pair(.own).certificate
    let firmware = ["\(Self.variables)/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": [6, 0, 0, 0, 1] as [UInt8]]
    let locked = ["/sys/kernel/security/lockdown": "none [integrity] confidentiality\n", "/proc/keys": Self.keys]
    let enforced = ["/proc/cmdline": "module.sig_enforce=1\n"]

    let unknown = try await enrolment(firmware, locked)
    #expect(unknown.standing == .unknown)
    #expect(unknown.reason != nil)
    #expect(unknown.steps.count == 4)
    #expect(unknown.steps[0] == "apt-get install mokutil")
    #expect(unknown.steps[1].hasPrefix("mokutil --import /var/lib/toa/keys/toa.der"))
    #expect(unknown.steps[3].contains("console"))

    let pending = try await enrolment(
      firmware.merging(["\(Self.variables)/MokNew-\(Self.shim)": variable(certificate)]) { $1 }, locked)
    #expect(pending.standing == .pending)
    #expect(pending.steps.first == "reboot")

    let ignored = try await enrolment(
      firmware.merging(["\(Self.variables)/MokListRT-\(Self.shim)": variable(certificate)]) { $1 }, locked)
    #expect(ignored.standing == .ignored)

    let nowhere = try await enrolment([:], enforced)
    #expect(nowhere.standing == .unknown)
    #expect(nowhere.sentence.contains("not started by UEFI"))
    #expect(nowhere.steps.first == "take module.sig_enforce=1 off the kernel command line and reboot")
    #expect(try await enrolment([:]).steps == [])
  }

  private static let keys =
    "1f4c9a2e I------     1 perm 1f010000     0     0 asymmetri Debian Secure Boot CA: 6cce: X509.rsa 6cce []\n"

  @Test func `enrolling is mokutil's, and believed only when the firmware has the request`() async throws {
    let host = try SigningHost(["/proc/keys": Self.keys], programs: ["openssl", "mokutil"])
    try await host.put(.own)
    let request = SignRequest(enroll: true, yes: true)
    #expect(try await error(host, request)?.status == .notApplicable)
    try host.write("\(Self.variables)/x", [0])
    let certificate = try await SigningHost.keys.pair(.own).certificate
    var system = host.system
    let find = system.run.find
    system.run.find = { $0 == "mokutil" ? "/usr/bin/mokutil" : find($0) }
    func enroll(_ status: Int32, _ new: [UInt8]?) async throws -> SignDocument {
      let asked = Mutex<[String]>([])
      system.run.attend = { command in
        asked.withLock { $0.append(command.typed) }
        if let new { try? host.write("\(Self.variables)/MokNew-\(Self.shim)", new) }
        return status
      }
      defer { #expect(asked.withLock { $0 } == ["mokutil --import /var/lib/toa/keys/toa.der"]) }
      return try await Signer(system, Console(system.terminal)).sign(request)
    }
    await #expect(throws: ToaError.self) { try await enroll(1, nil) }
    await #expect(throws: ToaError.self) { try await enroll(0, nil) }
    await #expect(throws: ToaError.self) { try await enroll(0, variable([0x30, 1])) }
    let done = try await enroll(0, variable(certificate))
    #expect(done.rebootNeeded && done.changed)
    #expect(done.next.first == "reboot")
    #expect(done.key.value?.standing == "pending")
  }
}
