// SPDX-License-Identifier: Apache-2.0
internal import Host

/// The verb `sign`: make or take a key, sign modules with the kernel's own program, check what came out, say what is left to do.
public struct Signer: Sendable {
  let system: System
  let console: Console

  /// Creates the service.
  public init(_ system: System, _ console: Console) {
    self.system = system
    self.console = console
  }

  /// Does what was asked for.
  public func sign(_ request: SignRequest) async throws(ToaError) -> SignDocument {
    let named = try ModuleSigning.named(request.key, request.certificate)
    if request.makeKey && named != nil {
      throw ToaError(.usage, "--make-key makes a key, and --key names one", next: ["leave one of them out"])
    }
    let release = try release(request)
    let modules = request.signs ? try self.modules(request, release) : []
    if request.dryRun { return try await plan(request, named, release, modules) }
    // A module in a folder of one's own needs no root; what this host keeps does.
    let changesHost = request.makeKey || request.enroll || request.modules.isEmpty
    if changesHost && system.files.isLive { try system.requireRoot("sign") }
    let lock = changesHost ? try HostLock(system) : nil
    defer { extendLifetime(lock) }

    let (key, isNew) = try await key(request, named, release)
    let signed = try await sign(modules, with: key, release)
    let commands = (isNew ? [KeyMaking.typed] : []) + signed.filter(\.module.changed).map(\.command)
    var enrolment = KeyEnrolment(of: key, system)
    var rebootNeeded = enrolment.standing == .pending && request.enroll
    if request.enroll, enrolment.standing == .unknown || enrolment.standing == .unreadable {
      try await enroll(key, yes: request.yes)
      enrolment = KeyEnrolment(of: key, system)
      rebootNeeded = true
    }
    show(key, isNew, enrolment, signed.map(\.module), request)
    return SignDocument(
      changed: isNew || signed.contains(where: \.module.changed) || (rebootNeeded && request.enroll), dryRun: false,
      key: OrNull(document(key, isNew, enrolment)), modules: signed.map(\.module), required: OrNull(enrolment.reason),
      commands: commands, next: enrolment.steps, rebootNeeded: rebootNeeded)
  }

  /// The kernel that was named.
  private func release(_ request: SignRequest) throws(ToaError) -> KernelRelease? {
    guard let kernel = request.kernel else { return nil }
    guard let release = KernelRelease(kernel) else {
      throw ToaError(.usage, "--kernel \(shellQuoted(kernel)) is no kernel release", next: ["ls /lib/modules"])
    }
    return release
  }

  private var running: KernelRelease? {
    system.files.isLive ? KernelRelease(system.identity.kernelRelease) : KernelRelease.running(in: system.files)
  }

  /// The files to sign, by absolute path.
  private func modules(_ request: SignRequest, _ release: KernelRelease?) throws(ToaError) -> [String] {
    guard request.modules.isEmpty else {
      return request.modules.map(absolutePath)
    }
    guard let release = release ?? running else {
      throw ToaError(
        .usage, "no kernel is named and none runs below \(system.files.location)", next: ["--kernel RELEASE"])
    }
    let installed = system.files.isLive ? system.modules.file(ModuleBackend.moduleName, release.text) : nil
    guard let path = installed ?? system.moduleFiles(of: release.text).first else {
      throw ToaError(
        .refused, "no toa.ko is installed for \(release)", why: "there is nothing to sign",
        next: ["toa install", "or name a file: toa sign toa.ko", "or only make a key: toa sign --make-key"])
    }
    return [path]
  }

  /// The kernel of one module: the named one, that of its vermagic, or the running one.
  private func release(of module: String, _ named: KernelRelease?) throws(ToaError) -> KernelRelease {
    guard let release = named ?? system.kernel(ofModule: module).flatMap(KernelRelease.init) ?? running else {
      throw ToaError(.usage, "\(module) does not say for which kernel it is", next: ["--kernel RELEASE"])
    }
    return release
  }

  private func key(
    _ request: SignRequest, _ named: SigningKeyFiles?, _ release: KernelRelease?
  ) async throws(ToaError) -> (SigningKey, Bool) {
    if request.makeKey {
      console.say("key for signing modules", .strong)
      if !system.files.exists(SigningKeyFiles.own.key) { console.say(change: KeyMaking.typed) }
      let made = try await KeyMaking(system: system).make()
      return (made.key, made.isNew)
    }
    return (try await existingKey(named, release), false)
  }

  /// The key that was named, or one that this host has.
  func existingKey(_ named: SigningKeyFiles?, _ release: KernelRelease?) async throws(ToaError) -> SigningKey {
    if let named {
      let key = try await SigningKey.read(named, system)
      if let error = key.error { throw error }
      return key
    }
    let release = release ?? running
    let pairs = SigningKeyFiles.all(for: release, in: system.files)
    if let key = await SigningKey.best(for: release, system) { return key }
    // Why the one that is there does not do says more than that there is none.
    if let first = pairs.first, let error = try await SigningKey.read(first, system).error { throw error }
    throw ToaError(
      .refused, "there is no key to sign with",
      why: "neither toa's own (\(SigningKeyFiles.own.key)) nor one of the distribution or of DKMS is there"
        + (system.identity.userID == 0 ? "" : ", as far as others than root can see"),
      next: ["toa sign --make-key", "toa sign --key KEY --cert CERT"])
  }

  /// How one module is signed with a key that may still be made.
  func signing(
    _ module: String, with key: SigningKeyFiles, _ release: KernelRelease?
  ) async throws(ToaError) -> ModuleSigning {
    let release = try self.release(of: module, release)
    guard let program = SigningTool.find(for: release, in: system.files, using: system.run) else {
      throw ToaError(
        .headersMissing, "no sign-file for kernel \(release)",
        why: "the kernel's own program for signing comes with its headers, and they are not installed",
        next: ["toa doctor --only HDR --kernel \(release)"])
    }
    let running = system.files.isLive ? system.identity.kernelRelease : nil
    let config = await KernelConfig.read(for: release.text, in: system.files, running: running, using: system.run)
    return ModuleSigning(
      signFile: program, hash: config?.string("MODULE_SIG_HASH") ?? "sha256", key: key.key, certificate: key.certificate
    )
  }

  private struct Signed {
    var module: SignDocument.Module
    var command: String
  }

  private func sign(
    _ modules: [String], with key: SigningKey, _ release: KernelRelease?
  ) async throws(ToaError) -> [Signed] {
    var signed: [Signed] = []
    for path in modules {
      let signing = try await signing(path, with: key.files, release)
      let changed = try await sign(path, signing, key.certificate)
      signed.append(
        Signed(
          module: SignDocument.Module(
            path: path, changed: changed, signer: key.certificate.name, hash: signing.hash),
          command: signing.typed(path)))
    }
    return signed
  }

  /// Signs one file, compressed or not; false when it is signed with this key already.
  private func sign(
    _ path: String, _ signing: ModuleSigning, _ certificate: SigningCertificate
  ) async throws(ToaError) -> Bool {
    guard system.files.isFile(path) else {
      throw ToaError(.refused, "there is no module \(path)", next: ["toa build --out DIR"])
    }
    let manifest = try await SignedManifest(beside: path, system)
    // Beside the module, so that what is put in place is a rename.
    return try await SigningFolder.use(path + ".toa-sign", system) { (folder) async throws(ToaError) in
      var module = try await CompressedModule.read(path, in: folder, system)
      let old = try await SignatureVerdict.judge(module.bytes, by: certificate, in: folder, system)
      if old == .good {
        console.say("\(path) is signed with this key already.", .good)
        if let manifest, !manifest.names(certificate) {
          try await manifest.prepare(try CompressedModule.contents(path, system), signedBy: certificate)
          try manifest.finish()
        }
        return false
      }
      console.say("signing \(path)", .strong)
      console.say(change: signing.typed(path))
      let copy = try folder.write("toa.ko", module.bytes, system)
      try await signing.sign(copy, system, console)
      module.bytes = (try? system.files.bytes(copy)) ?? []
      let bytes = try await module.packed(in: folder, system)
      try await manifest?.prepare(bytes, signedBy: certificate)
      do throws(FileError) {
        try system.files.write(path, bytes, mode: system.files.mode(path) ?? 0o644)
      } catch {
        throw ToaError(.refused, "cannot write \(path)", why: errorText(error.errno))
      }
      try manifest?.finish()
      return true
    }
  }
}
