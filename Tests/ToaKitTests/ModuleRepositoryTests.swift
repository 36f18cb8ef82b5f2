// SPDX-License-Identifier: Apache-2.0
import Host
import SelfTest
import Testing

@testable import ToaKit

/// `toa install --from`: a module that was built elsewhere.
struct ModuleRepositoryTests {
  static let folder = "/srv/toa/\(FakeHost.kernel)/x86_64"
  let host: FakeHost

  /// A fresh host, without headers and compiler, with a repository that another one with the same kernel has filled.
  init() async throws {
    let builder = try FakeHost()
    _ = FakeApt(builder).install([FakeApt.headers, "gcc-12", "make"])
    try builder.files.makeDirectory("/srv/toa")
    _ = try await Builder(builder.system, builder.console).build(
      BuildRequest(kernel: FakeHost.kernel, out: "/srv/toa", layout: true))
    host = try FakeHost()
    for name in ["toa.ko", "toa.ko.json"] {
      host.write("\(Self.folder)/\(name)", try builder.files.text("\(Self.folder)/\(name)"))
    }
  }

  @discardableResult private func install(
    from: String = "/srv/toa/", only: Bool = false
  ) async throws(ToaError) -> InstallDocument {
    try await Installer(host.system, host.console).install(
      InstallRequest(from: from, fromOnly: only, kernelUpdates: KernelUpdates.none, yes: true))
  }

  private func failure(from: String = "/srv/toa") async -> ToaError? {
    do throws(ToaError) {
      try await install(from: from, only: true)
      return nil
    } catch { return error }
  }

  private func change(_ change: (inout ModuleManifest) -> Void) throws {
    let path = "\(Self.folder)/toa.ko.json"
    var manifest = try #require(ModuleManifest.read(try host.files.text(path)))
    change(&manifest)
    host.write(path, manifest.text)
  }

  @Test func `a matching module is packaged and loaded, and neither headers nor a compiler come`() async throws {
    let document = try await install(only: true)
    #expect(document.selfTest?.passed == true)
    #expect(document.steps.first?.title == "take toa.ko for \(FakeHost.kernel) from \(Self.folder)")
    #expect(!host.changes.contains { $0.hasPrefix("make") || $0.hasPrefix("apt-get") })
    let dpkg = FakeDpkg(host)
    #expect(dpkg.state("toa-modules-\(FakeHost.kernel)") == "installed")
    #expect(dpkg.state(FakeApt.headers) != "installed")
    #expect(dpkg.field("Toa-Compiler", of: "toa-modules-\(FakeHost.kernel)") == "gcc 12.2.0")
  }

  @Test func `a second run changes nothing, and uninstall gives back the very tree`() async throws {
    let fresh = host.snapshot.without(FakeHost.volatile)
    try await install()
    #expect(try await !install().changed)
    try await host.uninstall()
    #expect(host.snapshot.without(FakeHost.volatile).changes(since: fresh) == [])
  }

  @Test func `what does not match is said, with every reason, and built here`() async throws {
    try change {
      $0.kernel = "6.1.0-1"
      $0.sourceSha256 = String(repeating: "c", count: 64)
    }
    let document = try await install()
    #expect(document.steps.contains { $0.title.hasPrefix("build toa.ko") })
    #expect(
      host.transcript.err.contains(
        "no module for \(FakeHost.kernel) from /srv/toa/: it is for kernel 6.1.0-1; it was made of the source of another toa"
      ))
  }

  @Test func `with --from-only it is an error, and nothing changes`() async throws {
    let before = host.snapshot.without(FakeHost.volatile)
    try change { $0.configSha256 = String(repeating: "d", count: 64) }
    let error = try #require(await failure())
    #expect(error.status == .buildFailed)
    #expect(error.why == "it was built for another configuration than /boot/config-\(FakeHost.kernel)")
    try host.files.remove(Self.folder)
    #expect(await failure()?.why == "cannot read \(Self.folder)/toa.ko.json: No such file or directory")
    host.write(Self.folder + "/toa.ko.json", "<html>")
    #expect(await failure()?.why == "\(Self.folder)/toa.ko.json is no manifest of a module")
    try host.files.remove("/srv/toa/\(FakeHost.kernel)")
    #expect(
      host.snapshot.without(FakeHost.volatile + ["/srv"]).changes(since: before).allSatisfy { $0.contains("/srv") })
  }

  @Test func `a damaged file, or one for another kernel than its manifest says, is never installed`() async throws {
    let module = try host.files.text(Self.folder + "/toa.ko")
    host.write(Self.folder + "/toa.ko", module + "x")
    #expect(await failure()?.why == "\(Self.folder)/toa.ko is not the file that its manifest speaks of")
    let other = module.replacing(FakeHost.kernel, with: "6.1.0-1-cloud-amd64")
    host.write(Self.folder + "/toa.ko", other)
    let hash = try await CarriedSources.sha256(of: Array(other.utf8), host.system)
    try change {
      $0.sha256 = hash
      $0.size = other.utf8.count
    }
    #expect(await failure()?.why == "it was built for 6.1.0-1-cloud-amd64, whatever its manifest says")
    #expect(!host.files.exists(FakeHost.modulePath))
  }

  @Test func `hooks of a host that only takes modules bring no headers, and are told of the repository`() async throws {
    FakeDpkg(host).unpack("linux-image-cloud-amd64", "Version: 6.1.192-2\n", [:])
    host[\.answers]["apt-get install --simulate"] = CommandResult(
      status: 0, output: "Inst linux-headers-cloud-amd64 (6.1.192-2 Debian:12.15/oldstable [amd64])\n")
    func plan(only: Bool) async throws(ToaError) -> [String] {
      try await Installer(host.system, host.console).install(
        InstallRequest(from: "/srv/toa", fromOnly: only, kernelUpdates: .hooks, dryRun: true)
      ).steps.map(\.title)
    }
    #expect(try await plan(only: false).contains("install linux-headers-cloud-amd64"))
    #expect(try await !plan(only: true).contains { $0.contains("headers") })
    try await install()
    #expect(ModuleRepository.recorded(in: host.files)?.location == "/srv/toa")
    try await host.uninstall()
    #expect(ModuleRepository.recorded(in: host.files) == nil)
  }

  static let signer = String(repeating: "1f", count: 20)
  static let signerKey = String(repeating: "2e", count: 20)

  /// Signs the module of the repository as far as anybody looks who is not the kernel.
  private func sign(carriesSignature: Bool = true) async throws {
    let path = Self.folder + "/toa.ko"
    var bytes = try host.files.bytes(path)
    if carriesSignature {
      bytes +=
        Array("signature".utf8) + [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 9] + Array("~Module signature appended~\n".utf8)
    }
    try host.files.write(path, bytes)
    let hash = try await CarriedSources.sha256(of: bytes, host.system)
    try change {
      $0.sha256 = hash
      $0.size = bytes.count
      $0.signer = Self.signer
      $0.signerKey = Self.signerKey
    }
  }

  private func enforce(trusting identifier: String) {
    host.write("/sys/module/module/parameters/sig_enforce", "Y\n")
    host.write(
      "/proc/keys", "1f4c9a2e I------     1 perm 1f010000     0     0 asymmetri fleet: \(identifier): X509.rsa 1 []\n")
  }

  @Test func `a signed module is taken as it is where the kernel trusts its key, without a key on the host`()
    async throws
  {
    try await sign()
    enforce(trusting: Self.signerKey)
    let titles = try await install(only: true).steps.map(\.title)
    #expect(titles.first?.hasPrefix("take toa.ko for ") == true && titles[1].hasPrefix("package as "))
    #expect(!host.changes.contains { $0.hasPrefix("strip") || $0.contains("sign-file") })
    #expect(FakeDpkg(host).field("Toa-Signer", of: "toa-modules-\(FakeHost.kernel)") == Self.signer)
    #expect(host.transcript.err.contains("its module was built elsewhere with gcc 12.2.0"))
    #expect(!host.transcript.err.contains("no compiler"))
    #expect(try await !install(only: true).changed)
  }

  @Test func `a signed module keeps its signature where nothing asks for one, too`() async throws {
    try await sign()
    try await install(only: true)
    #expect(!host.changes.contains { $0.hasPrefix("strip") })
    #expect(FakeDpkg(host).field("Toa-Signer", of: "toa-modules-\(FakeHost.kernel)") == Self.signer)
  }

  @Test func `a module that the kernel would refuse is refused before anything is done`() async throws {
    enforce(trusting: String(repeating: "3d", count: 20))
    let unsigned = try #require(await failure())
    #expect(unsigned.status == .signatureRefused && unsigned.why.contains("this host has no key to sign with"))
    try await sign()
    let error = try #require(await failure())
    #expect(error.status == .signatureRefused)
    #expect(error.why.contains("does not trust the key with which the module in \(Self.folder) is signed"))
    #expect(error.next.first?.hasPrefix("mokutil --import") == true)
    #expect(host.changes == [])
  }

  @Test func `a manifest that speaks of a signature which is not there is found out`() async throws {
    try await sign(carriesSignature: false)
    enforce(trusting: Self.signerKey)
    #expect(await failure()?.why == "it carries no signature, whatever its manifest says")
    #expect(!host.files.exists(FakeHost.modulePath))
  }

  @Test func `an address is asked with curl, or with wget, and another scheme is a usage error`() async throws {
    #expect(await failure(from: "ftp://repo.example/toa")?.status == .usage)
    #expect(await failure(from: "https://repo.example/toa")?.why == "neither curl nor wget is installed")
    host.write("/usr/bin/curl", "curl")
    host[\.answers]["curl "] = CommandResult(
      status: 22, errorOutput: "curl: (22) The requested URL returned error: 404\n")
    #expect(
      await failure(from: "https://repo.example/toa/")?.why
        == "cannot fetch https://repo.example/toa/\(FakeHost.kernel)/x86_64/toa.ko.json: "
        + "curl: (22) The requested URL returned error: 404")
  }

  @Test func `the commands of an address's module are those that a person would type`() throws {
    let manifest = ModuleManifest(
      kernel: "6.1.0", architecture: "x86_64", configSha256: nil, compiler: "gcc 12",
      sourceSha256: String(repeating: "a", count: 64), sha256: "b", file: "toa.ko.xz", size: 1)
    let fetch = ModuleFetch(place: "https://repo.example/6.1.0/x86_64", manifest: manifest, folder: "/var/lib/toa/x")
    #expect(
      fetch.typedCommands == [
        "curl --fail --silent --show-error --location --max-time 120 --max-filesize 67108864 "
          + "--output /var/lib/toa/x/toa.ko.xz https://repo.example/6.1.0/x86_64/toa.ko.xz",
        "echo 'b  /var/lib/toa/x/toa.ko.xz' | sha256sum --check", "xz -d -f /var/lib/toa/x/toa.ko.xz",
      ])
  }
}
