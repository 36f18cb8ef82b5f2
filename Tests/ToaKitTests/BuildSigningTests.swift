// SPDX-License-Identifier: Apache-2.0
import Host
import Kmod
import Testing

@testable import ToaKit

/// `toa build` with a key: the real openssl, and stand-ins for make, the compiler and strip.
struct BuildSigningTests {
  private let host: SigningHost
  private static let headers = "/lib/modules/\(SigningHost.release)/build"

  init() throws {
    var host = try SigningHost(
      [
        Self.headers + "/Makefile": "#", Self.headers + "/Module.symvers": "0x1\tsym\tvmlinux\tEXPORT_SYMBOL\n",
        Self.headers + "/include/generated/autoconf.h": "#define CONFIG_MODULES 1\n",
        Self.headers + "/include/generated/utsrelease.h": "#define UTS_RELEASE \"\(SigningHost.release)\"\n",
      ], programs: ["openssl", "sha256sum"])
    let (runner, tree) = (host.system.run, host.tree)
    host.system.run.find = { ["gcc", "make", "strip"].contains($0) ? "/usr/bin/\($0)" : runner.find($0) }
    host.system.run.run = { command async throws(CommandError) in
      if command.program == "/usr/bin/gcc" {
        let answers = ["--version": "gcc (Debian 12.2.0-14) 12.2.0\n", "-dumpmachine": "x86_64-linux-gnu\n"]
        return CommandResult(status: 0, output: answers[command.arguments.last ?? ""] ?? "12.2.0\n")
      }
      guard command.program == "strip" else { return try await runner.run(command) }
      let path = command.arguments[1]
      let bytes = (try? tree.root.bytes(path)) ?? []
      try? tree.root.write(path, Array(bytes.dropLast(5)))
      return CommandResult(status: 0)
    }
    host.system.run.stream = { command, _ throws(CommandError) in
      let folder = command.arguments.first { $0.hasPrefix("M=") }?.dropFirst(2) ?? ""
      try? tree.root.write(folder + "/toa.ko", SigningHost.content + Array("debug".utf8))
      return CommandResult(status: 0)
    }
    host.system.modules.information = { _ throws(KmodError) in
      [ModuleField(key: "vermagic", value: "\(SigningHost.release) SMP ")]
    }
    self.host = host
  }

  private func build(_ key: SigningKeyFiles?, dryRun: Bool = false) async throws -> BuildDocument {
    try await Builder(host.system, host.console).build(
      BuildRequest(out: "/built", signKey: key?.key, signCertificate: key?.certificate, dryRun: dryRun))
  }

  @Test func `the module is stripped, then signed, and the manifest is of what came out`() async throws {
    let certificate = try await host.put(.own)
    let manifest = try #require(try await build(.own).manifest)
    let module = try host.bytes("/built/toa.ko")
    #expect(ModuleSignature.content(of: module) == SigningHost.content)
    let hash = try await CarriedSources.sha256(of: module, host.system)
    #expect(manifest.size == module.count && manifest.sha256 == hash)
    #expect(manifest.signer == certificate.digest && manifest.signerKey == certificate.identifier)
    #expect(ModuleManifest.read(try host.tree.root.text("/built/toa.ko.json")) == manifest)
  }

  @Test func `without a key it is stripped only, also where the host has one`() async throws {
    try await host.put(.own)
    let manifest = try #require(try await build(nil).manifest)
    #expect(manifest.signer == nil && manifest.signerKey == nil)
    #expect(try host.bytes("/built/toa.ko") == SigningHost.content)
  }

  @Test func `the plan names every command, and a key that cannot be used is found before make runs`() async throws {
    try await host.put(.own)
    _ = try await build(.own, dryRun: true)
    #expect(
      host.transcript.out.split(separator: "\n").dropFirst().map(String.init) == [
        "# strip -g /built/.toa-build/toa.ko",
        "# \(SigningHost.signFile) sha256 \(SigningKeyFiles.own.key) \(SigningKeyFiles.own.certificate) "
          + "/built/.toa-build/toa.ko",
      ])
    try host.write(SigningKeyFiles.own.key, Array("nonsense".utf8), mode: 0o600)
    await #expect(throws: ToaError.self) { try await build(.own) }
    #expect(!host.tree.root.exists("/built"))
  }
}
